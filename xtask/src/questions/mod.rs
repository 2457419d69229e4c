//! What a learner predicts, and what then happens: the questions of each lesson, each with an experiment that answers
//! it. No answer is written down: each follows from facts. Uses `promises`, `bench`, `finding` and `wire`.

mod lesson_01;
mod lesson_02;
mod lesson_03;
mod lesson_04;
mod lesson_05;
mod lesson_06;
mod lesson_07;
mod lesson_08;
mod lesson_09;
mod lesson_10;
mod lesson_11;
mod lesson_12;
mod lesson_13;
mod question;
mod sockets;

pub use question::{Form, Question, Seen, letter};

/// Returns the questions of the lesson of this number, in the order of its chapter; none for a number that no lesson has.
pub fn of(number: &str) -> &'static [Question] {
    match number {
        "01" => lesson_01::QUESTIONS,
        "02" => lesson_02::QUESTIONS,
        "03" => lesson_03::QUESTIONS,
        "04" => lesson_04::QUESTIONS,
        "05" => lesson_05::QUESTIONS,
        "06" => lesson_06::QUESTIONS,
        "07" => lesson_07::QUESTIONS,
        "08" => lesson_08::QUESTIONS,
        "09" => lesson_09::QUESTIONS,
        "10" => lesson_10::QUESTIONS,
        "11" => lesson_11::QUESTIONS,
        "12" => lesson_12::QUESTIONS,
        "13" => lesson_13::QUESTIONS,
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::LESSONS;
    use std::collections::HashSet;

    #[test]
    fn each_lesson_has_questions_with_names_of_their_own() {
        for lesson in LESSONS {
            let questions = of(lesson.number);
            assert!(questions.len() >= 3, "{} has {} questions", lesson.id(), questions.len());
            let ids: HashSet<&str> = questions.iter().map(|question| question.id).collect();
            assert_eq!(ids.len(), questions.len(), "{}", lesson.id());
            for question in questions {
                if let Form::Choice(choices) = question.form {
                    assert!((2..=4).contains(&choices.len()), "{} {}", lesson.id(), question.id);
                }
            }
        }
    }

    #[test]
    fn an_answer_is_a_letter_or_a_number() {
        let choice = &of("01")[0];
        assert_eq!(choice.read(" B) ").as_deref(), Ok("b"));
        assert_eq!(choice.shown("b"), "b) 0");
        assert!(choice.read("d").unwrap_err().contains("a, b, c"));
        assert!(choice.read("").is_err());
        let number = &of("03")[0];
        assert_eq!(number.read(" 15\r").as_deref(), Ok("15"));
        assert!(number.read("five").is_err() && number.read("-1").is_err());
    }
}
