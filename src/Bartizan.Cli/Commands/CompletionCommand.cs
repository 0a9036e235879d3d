using System.CommandLine;
using Bartizan.Cli.Terminal;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan completion SHELL</c>: what a shell needs to complete commands, options and their values.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        _bartizan() {
            local IFS=$'\n'
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _bartizan bartizan
        """;

    private const string Zsh = """
        _bartizan() {
            local -a found
            found=("${(@f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
            compadd -- $found
            _files
        }
        compdef _bartizan bartizan
        """;

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var shell = new Argument<string>("shell") { Description = "bash or zsh." };
        shell.AcceptOnlyFromAmong("bash", "zsh");
        var command = new Command(
            "completion",
            "Prints what a shell needs to complete commands and options. Example: eval \"$(bartizan completion bash)\""
        )
        {
            shell,
        };
        command.SetAction(parsed =>
        {
            Screen.Line(parsed.GetValue(shell) == "zsh" ? Zsh : Bash);
            return ExitCode.Done;
        });
        return command;
    }
}
