//! Many runs of one scenario, each with a folder of its own, and one table of them.
//!
//! | module | holds |
//! |---|---|
//! | [`plan`] | the file that says what is run, and what is kept of it |
//! | [`runs`] | the runs: their scenarios and folders, what has been done of them, and doing the rest |
//! | [`table`] | the table, from the folders |

pub mod plan;
pub mod runs;
pub mod table;
