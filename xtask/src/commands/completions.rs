//! `cargo xtask completions`
//!
//! cargo starts the runner, so shells complete `cargo`, not `xtask`. When the second word is `xtask`, the script
//! calls the completion that clap_complete writes for a command `xtask`; otherwise it calls what completed `cargo`
//! before.

use super::shared::print;
use crate::cli;
use crate::cli::{Completions, Shell};
use crate::course::{LESSONS, Lesson};
use clap_complete::shells;

/// Prints the shell's script.
pub fn completions(args: &Completions) -> anyhow::Result<u8> {
    let script = match args.shell {
        // Shells must not complete hidden options, but the script for bash names these.
        Shell::Bash => {
            let hidden = [" --screen ", " --inside ", " --for-class "];
            let script = generated(shells::Bash, "xtask");
            hidden.iter().fold(script, |script, option| script.replace(option, " ")) + BASH
        }
        Shell::Zsh => generated(shells::Zsh, "xtask") + ZSH,
        Shell::Fish => generated(shells::Fish, "xtask") + &fish_lessons() + FISH,
        Shell::Powershell => powershell(),
    };
    print(&script);
    Ok(0)
}

fn generated(shell: impl clap_complete::Generator, name: &str) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut cli::surface(), name, &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Returns the verbs that take a lesson: for fish and PowerShell clap_complete only writes the values of options.
fn verbs_of_lessons() -> Vec<String> {
    let takes = |verb: &&clap::Command| {
        let names = |arg: &clap::Arg| arg.get_value_names().is_some_and(|names| names[0] == "LESSON");
        verb.get_positionals().any(names)
    };
    cli::surface().get_subcommands().filter(takes).map(|verb| verb.get_name().to_string()).collect()
}

fn fish_lessons() -> String {
    let line = |(verb, lesson): (&String, &Lesson)| {
        format!(
            "complete -c xtask -n '__fish_xtask_using_subcommand {verb}' -f -a {} -d '{}'\n",
            lesson.id(),
            lesson.name
        )
    };
    verbs_of_lessons()
        .iter()
        .flat_map(|verb| LESSONS.iter().map(move |lesson| line((verb, lesson))))
        .collect()
}

/// Returns the script for PowerShell. Nothing else completes `cargo` there, so `xtask` is a verb of `cargo`.
fn powershell() -> String {
    let mut cargo = clap::Command::new("cargo").subcommand(cli::surface().name("xtask").bin_name("xtask"));
    let mut script = Vec::new();
    clap_complete::generate(shells::PowerShell, &mut cargo, "cargo", &mut script);
    let mut script = String::from_utf8_lossy(&script).into_owned();
    for verb in verbs_of_lessons() {
        let head = format!("'cargo;xtask;{verb}' {{\n");
        let line = |lesson: &Lesson| {
            let (id, name) = (lesson.id(), lesson.name);
            format!(
                "            [CompletionResult]::new('{id}', '{id}', [CompletionResultType]::ParameterValue, '{name}')\n"
            )
        };
        let lines: String = LESSONS.iter().map(line).collect();
        script = script.replace(&head, &(head.clone() + &lines));
    }
    script
}

const BASH: &str = r#"
_socket_lab_cargo_before=$(complete -p cargo 2>/dev/null | sed -n 's/.* -F \([^ ]*\) .*/\1/p')
_socket_lab_cargo() {
    if [[ ${COMP_WORDS[1]} == xtask && COMP_CWORD -gt 1 ]]; then
        COMP_WORDS=("${COMP_WORDS[@]:1}")
        COMP_CWORD=$((COMP_CWORD - 1))
        _xtask xtask "$2" "$3"
    elif [[ -n $_socket_lab_cargo_before ]]; then
        "$_socket_lab_cargo_before" "$@"
    elif [[ $COMP_CWORD -eq 1 ]]; then
        COMPREPLY=($(compgen -W "xtask build run test" -- "$2"))
    fi
}
if [[ $_socket_lab_cargo_before == _socket_lab_cargo ]]; then _socket_lab_cargo_before=; fi
complete -F _socket_lab_cargo -o bashdefault -o default cargo
"#;

const ZSH: &str = r#"
_socket_lab_cargo() {
    if [[ $words[2] == xtask && CURRENT -gt 2 ]]; then
        shift words
        (( CURRENT-- ))
        _xtask "$@"
    elif (( $+functions[_cargo] )) || autoload -Uz +X _cargo 2>/dev/null; then
        _cargo "$@"
    elif (( CURRENT == 2 )); then
        compadd xtask build run test
    fi
}
compdef _socket_lab_cargo cargo
"#;

const FISH: &str = r#"
complete -c cargo -n "test (count (commandline -opc)) -eq 1" -a xtask -d "Socket Lab"
complete -c cargo -n "test (count (commandline -opc)) -gt 1; and test (commandline -opc)[2] = xtask" -f \
    -a '(complete -C (string replace -r "^\s*cargo\s+" "" -- (commandline -cp)))'
"#;
