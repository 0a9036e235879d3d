using System.Collections.Immutable;

namespace Bartizan.Core.Shell;

/// <summary>
/// Follows <c>cd</c> through a script: which directories each command may run in. A <c>cd</c> may fail unless the next command
/// is joined by <c>&amp;&amp;</c>; one within a pipeline may count afterwards (zsh) or not (bash).
/// </summary>
internal static class ShellFlow
{
    /// <summary>Gives each command its directories.</summary>
    public static ImmutableArray<ShellCommand> Follow(
        ImmutableArray<ShellCommand> commands,
        ShellDirectories start,
        string? home
    )
    {
        var placed = ImmutableArray.CreateBuilder<ShellCommand>(commands.Length);
        // Where the shell stands when the list so far has succeeded, and when it has failed.
        var (success, failure) = (start, ShellDirectories.Unreached);
        for (var i = 0; i < commands.Length; )
        {
            var end = i + 1;
            while (end < commands.Length && commands[end].Connector == ShellConnector.Pipe)
            {
                end++;
            }

            var (before, kept) = commands[i].Connector switch
            {
                ShellConnector.And => (success, (Success: ShellDirectories.Unreached, Failure: failure)),
                ShellConnector.Or => (failure, (Success: success, Failure: ShellDirectories.Unreached)),
                _ => (success.Or(failure), (Success: ShellDirectories.Unreached, Failure: ShellDirectories.Unreached)),
            };
            var (good, bad) = Run(commands.AsSpan()[i..end], before, home, placed);
            (success, failure) = (kept.Success.Or(good), kept.Failure.Or(bad));
            i = end;
        }

        return placed.ToImmutable();
    }

    private static (ShellDirectories Success, ShellDirectories Failure) Run(
        ReadOnlySpan<ShellCommand> pipeline,
        ShellDirectories before,
        string? home,
        ImmutableArray<ShellCommand>.Builder placed
    )
    {
        var after = before;
        var failed = before;
        foreach (var command in pipeline)
        {
            placed.Add(command with { Directories = before });
            var entered = Enter(command, before, home);
            if (pipeline.Length == 1)
            {
                (after, failed) = Leaves(command)
                    ? (ShellDirectories.Unreached, ShellDirectories.Unreached)
                    : (entered, before.IsUnknown || !MayFailElsewhere(command) ? before : ShellDirectories.Unknown);
            }
            else
            {
                after = after.Or(entered);
                failed = after;
            }
        }

        return pipeline[0].IsNegated ? (failed, after) : (after, failed);
    }

    private static ShellDirectories Enter(ShellCommand command, ShellDirectories before, string? home)
    {
        var words = command.Words;
        switch (words[0].Text)
        {
            case "cd" when words.Length == 1:
                return home is null ? ShellDirectories.Unknown : ShellDirectories.Of(home);
            case "cd" when words is [_, var to] && !to.IsPattern && !to.Text.StartsWith('-'):
                return before.Enter(to.Text);
            case "cd" when words is [_, { Text: "--" }, var to] && !to.IsPattern && to.Text != "-":
                return before.Enter(to.Text);
            case "cd" or "pushd" or "popd" or "chdir":
                return ShellDirectories.Unknown;
            case "command" or "builtin":
                return words.Any(w => w.Text is "cd" or "pushd" or "popd" or "chdir")
                    ? ShellDirectories.Unknown
                    : before;
            default:
                return before;
        }
    }

    private static bool MayFailElsewhere(ShellCommand command) => command.Words[0].Text is "pushd" or "popd";

    private static bool Leaves(ShellCommand command) =>
        command.Words[0].Text == "exit" && command.Redirections.IsEmpty && command.Words.Length <= 2;
}
