using System.Collections.Immutable;
using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.Imports;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan import claude-code|codex FILE</c>: other people's rules as a manifest, their traps named.</summary>
internal static class ImportCommand
{
    private delegate bool Reader(string text, out ImmutableArray<ImportedRule> rules, out string problem);

    /// <summary>Builds the command.</summary>
    public static Command Make() =>
        new(
            "import",
            "Turns another product's rules into a manifest on stdout, with a warning above each rule that means something else there than it says. Example: bartizan import claude-code .claude/settings.json > agent.yaml"
        )
        {
            MakeOne(
                "claude-code",
                "Reads the permissions of a settings.json of Claude Code. Example: bartizan import claude-code .claude/settings.json",
                ClaudeCodeImport.TryRead
            ),
            MakeOne(
                "codex",
                "Reads a rules file of Codex. Example: bartizan import codex default.rules",
                CodexImport.TryRead
            ),
        };

    private static Command MakeOne(string client, string description, Reader read)
    {
        var file = new Argument<string>("file") { Description = "The file of rules; - for standard input." };
        var command = new Command(client, description) { file };
        command.SetAction(parsed =>
        {
            var name = parsed.GetValue(file)!;
            if (name != "-" && !File.Exists(name))
            {
                return Screen.Error(
                    ExitCode.Usage,
                    $"there is no file `{Screen.Printable(name)}`",
                    "name a file of rules"
                );
            }

            var text = name == "-" ? Console.In.ReadToEnd() : File.ReadAllText(name);
            if (!read(text, out var rules, out var problem))
            {
                return Screen.Error(ExitCode.Usage, $"`{Screen.Printable(name)}` {problem}", "nothing was imported");
            }

            Console.Out.Write(
                ImportedManifest.Write(
                    client,
                    name == "-" ? "standard input" : Path.GetFileName(name),
                    Environment.UserName,
                    rules
                )
            );
            Screen.Note(
                $"{rules.Length} rules read, {rules.Sum(r => r.Warnings.Length)} warnings; read each comment, then `bartizan check`"
            );
            return ExitCode.Done;
        });
        return command;
    }
}
