using System.CommandLine;
using Bartizan.Cli.Terminal;
using Bartizan.Posture.RedTeam;
using Bartizan.Posture.RedTeam.Imports;

namespace Bartizan.Cli.Commands;

/// <summary><c>bartizan redteam import</c>: other people's attacks as a suite and a manifest.</summary>
internal static class RedTeamImportCommand
{
    private delegate ImportedSuite Reader(IReadOnlyList<(string Name, string Text)> files, string name);

    /// <summary>Builds the command.</summary>
    public static Command Make()
    {
        var onto = new Option<string>("--onto")
        {
            Description = "The suite whose tasks and orders the texts are tried with: a bundled one, or a file.",
            DefaultValueFactory = _ => "office",
        };
        var promptfoo = MakeOne(
            "promptfoo",
            "Reads files with `tests`, as promptfoo writes them; each text becomes a way to put the orders of another suite. Example: bartizan redteam import promptfoo redteam.yaml --into mine/",
            parsed =>
                (files, name) =>
                {
                    var (suite, manifest) = RedTeamCommand.Read(parsed.GetValue(onto)!);
                    return PromptfooSuite.Read(files, name, suite, manifest);
                }
        );
        promptfoo.Add(onto);
        return new Command(
            "import",
            "Turns other people's attacks into a suite, with a manifest beside it. Example: bartizan redteam import injecagent test_cases_dh_base.json --into mine/"
        )
        {
            MakeOne(
                "injecagent",
                "Reads InjecAgent's files of test cases; the manifest is a draft. Example: bartizan redteam import injecagent test_cases_dh_base.json --into mine/",
                _ => InjecAgentSuite.Read
            ),
            MakeOne(
                "agentdojo",
                "Reads run files of AgentDojo, or folders of them; the manifest is a draft. Example: bartizan redteam import agentdojo runs/model/banking --into mine/",
                _ => AgentDojoSuite.Read
            ),
            promptfoo,
        };
    }

    private static Command MakeOne(string format, string description, Func<ParseResult, Reader> readerOf)
    {
        var files = new Argument<string[]>("files")
        {
            Description = "The files, or folders with .json files.",
            Arity = ArgumentArity.OneOrMore,
        };
        var into = new Option<string>("--into")
        {
            Description = "The folder to write into. Nothing there is overwritten.",
            Required = true,
        };
        var name = new Option<string>("--name")
        {
            Description = "What to call the suite.",
            DefaultValueFactory = _ => format,
        };
        var command = new Command(format, description) { files, into, name };
        command.SetAction(
            async (parsed, cancellationToken) =>
            {
                try
                {
                    var texts = await ReadAsync(parsed.GetValue(files)!, cancellationToken);
                    var imported = readerOf(parsed)(texts, parsed.GetValue(name)!);
                    return Write(imported, parsed.GetValue(into)!);
                }
                catch (SuiteException e)
                {
                    return Screen.Error(ExitCode.Usage, Screen.Printable(e.Message), "nothing was written");
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    return Screen.Error(ExitCode.Usage, e.Message, "check the files' paths and modes");
                }
            }
        );
        return command;
    }

    private static async Task<List<(string Name, string Text)>> ReadAsync(
        string[] named,
        CancellationToken cancellationToken
    )
    {
        var texts = new List<(string, string)>();
        foreach (var one in named)
        {
            IEnumerable<string> files = Directory.Exists(one)
                ? Directory.EnumerateFiles(one, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                : [one];
            foreach (var file in files)
            {
                texts.Add((file, await File.ReadAllTextAsync(file, cancellationToken)));
            }
        }

        return texts;
    }

    private static int Write(ImportedSuite imported, string folder)
    {
        var suite = imported.Suite;
        if (suite.Name != Path.GetFileName(suite.Name) || suite.Name.Length == 0)
        {
            throw new SuiteException($"`{suite.Name}` can't be a file's name; say another with --name");
        }

        var text = SuiteWriter.Write(suite);
        // What can't be read again isn't written.
        SuiteReader.Read(text, suite.Name);
        Directory.CreateDirectory(folder);
        var (path, beside) = (Path.Combine(folder, $"{suite.Name}.json"), Path.Combine(folder, suite.Manifest));
        if (new[] { path, beside }.FirstOrDefault(File.Exists) is { } there)
        {
            throw new SuiteException($"`{there}` is there already; say another name with --name");
        }

        File.WriteAllText(path, text);
        File.WriteAllText(beside, imported.Manifest);
        foreach (var note in imported.Notes)
        {
            Screen.Note(Screen.Printable(note));
        }

        Screen.Note(
            $"{suite.Tasks.Length} tasks, {suite.Attacks.Length} attacks and {suite.Wordings.Length} wordings are in `{path}`; "
                + $"`bartizan redteam --suite {path}` plays them"
        );
        return ExitCode.Done;
    }
}
