using System.Globalization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Shell;

namespace Bartizan.Core.Tests.Shell;

/// <summary>Random scripts run in real shells: whatever they execute was read in them before, or they were opaque.</summary>
public sealed class ShellFuzzTests
{
    private const int Batch = 250;

    /// <summary>How many scripts: a few seconds' worth here, all of them in <c>bench/soak/shell.sh</c>.</summary>
    private static int Scripts =>
        int.TryParse(
            Environment.GetEnvironmentVariable("BARTIZAN_FUZZ_SCRIPTS"),
            CultureInfo.InvariantCulture,
            out var n
        )
            ? n
            : Batch;

    private static int Seed =>
        int.TryParse(Environment.GetEnvironmentVariable("BARTIZAN_FUZZ_SEED"), CultureInfo.InvariantCulture, out var n)
            ? n
            : 1;

    private static string Commands(ShellAction action) => string.Join('\0', ((ExecTarget)action.Target).Argv);

    [Fact]
    public void What_a_shell_executes_was_read_in_the_script()
    {
        SkipWithoutShells();
        var (violations, executed, generated) = Search(Scripts, ReadCommands);
        TestContext.Current.SendDiagnosticMessage(
            $"{generated} generated, {Scripts} read and run twice, {executed} executions"
        );
        violations.ShouldBeEmpty();
        executed.ShouldBeGreaterThan(Scripts / 2);
    }

    [Fact]
    public void A_parser_that_splits_text_is_caught()
    {
        SkipWithoutShells();
        Search(Batch, ReadBySplitting).Violations.Count.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_parser_that_loses_a_command_is_caught()
    {
        SkipWithoutShells();
        Search(Batch, read => [.. ReadCommands(read).Skip(1)]).Violations.Count.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void A_reader_that_ignores_cd_is_caught()
    {
        SkipWithoutShells();
        var (violations, _, _) = Search(
            Batch,
            ReadCommands,
            command => command with { Directories = ShellDirectories.Of(command.Directories.Paths.LastOrDefault("/")) }
        );
        violations.Count.ShouldBeGreaterThan(2);
    }

    private static void SkipWithoutShells()
    {
        if (!StubShell.IsPossible)
        {
            Assert.Skip("needs bash, dash and coreutils in /usr/bin");
        }
    }

    private static HashSet<string> ReadCommands(ShellActions read) =>
        [.. read.Actions.Where(a => a.Target is ExecTarget).Select(Commands)];

    private static HashSet<string> ReadBySplitting(ShellActions read) =>
        [
            .. read
                .Script.Text.Split(["&&", "||", ";", "|", "\n"], StringSplitOptions.None)
                .Select(part => string.Join('\0', part.Split(' ', StringSplitOptions.RemoveEmptyEntries))),
        ];

    private static (List<string> Violations, int Executed, int Generated) Search(
        int count,
        Func<ShellActions, HashSet<string>> commandsOf,
        Func<ShellCommand, ShellCommand>? bend = null
    )
    {
        using var shell = new StubShell();
        var places = new ShellPlaces
        {
            Home = shell.Home,
            Workspace = shell.Work,
            FindProgram = name => StubShell.Has(name) ? [$"/usr/bin/{name}"] : [],
        };
        var generator = new ScriptGenerator(Seed);
        var violations = new List<string>();
        var (executed, generated) = (0, 0);
        for (var done = 0; done < count; done += Batch)
        {
            var reads = new List<ShellActions>();
            while (reads.Count < Batch)
            {
                generated++;
                var read = ShellActions.Of(generator.Next(), shell.Work, places);
                if (!read.IsOpaque && !read.Script.Commands.IsEmpty)
                {
                    reads.Add(read);
                }
            }

            foreach (var name in (string[])["bash", "dash"])
            {
                var runs = shell.Run(name, [.. reads.Select(r => r.Script.Text)]);
                for (var i = 0; i < reads.Count; i++)
                {
                    var known = commandsOf(reads[i]);
                    executed += runs[i].Count;
                    violations.AddRange(
                        runs[i]
                            .Where(run =>
                                !known.Contains(string.Join('\0', run.Argv)) || IsElsewhere(reads[i].Script, run, bend)
                            )
                            .Select(run =>
                                $"{name}: {reads[i].Script.Text}\n  executed in {run.Directory}: {string.Join('|', run.Argv)}"
                            )
                    );
                }
            }
        }

        return (violations, executed, generated);
    }

    // A command of the script itself must have run where it was read to run; inner commands run where their wrapper does.
    private static bool IsElsewhere(ShellScript script, Executed run, Func<ShellCommand, ShellCommand>? bend)
    {
        var same = script
            .Commands.Where(c => c.Words.Select(w => w.Text).SequenceEqual(run.Argv))
            .Select(c => bend is null ? c : bend(c))
            .ToList();
        var inner = script.Commands.Any(c =>
            c.Words[0].Text is not ("cd" or "true" or "false" or "exit") && !c.Words[0].Text.StartsWith('p')
        );
        return same.Count > 0
            && !inner
            && !same.Any(c => c.Directories.IsUnknown || c.Directories.Paths.Contains(run.Directory));
    }
}
