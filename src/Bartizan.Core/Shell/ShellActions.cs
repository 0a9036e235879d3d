using System.Collections.Immutable;
using Bartizan.Core.Enforcement;

namespace Bartizan.Core.Shell;

/// <summary>
/// The room of scripts. A script, the directory it starts in and what a shell would find there come in; out come the actions that
/// rules can judge: each command's argv, the inner commands of wrappers, the paths that are read and written, the hosts that are
/// connected to. It never runs or expands anything, never matches a rule against a script's text, and never guesses in favour of
/// the script: what it can't read is <em>opaque</em>, at best asked, and denied by every deny rule of <c>exec</c>.
/// </summary>
public sealed record ShellActions
{
    /// <summary>The script.</summary>
    public required ShellScript Script { get; init; }

    /// <summary>What it does, each action once.</summary>
    public ImmutableArray<ShellAction> Actions { get; init; } = [];

    /// <summary>The most that rules can grant: allow, or ask when something isn't known, or deny when something is hidden.</summary>
    public Effect AtBest { get; init; }

    /// <summary>Why it is at best asked or denied; empty when rules alone decide.</summary>
    public ImmutableArray<ShellProblem> Reasons { get; init; } = [];

    /// <summary>True for a tool of the client's own that reaches nothing outside its conversation.</summary>
    public bool ReachesNothing { get; init; }

    /// <summary>True when some of it can't be read before it runs.</summary>
    public bool IsOpaque => Actions.Any(a => a.Target is ExecTarget { IsOpaque: true });

    /// <summary>Reads a script.</summary>
    /// <param name="script">The script, as a shell will receive it.</param>
    /// <param name="directory">The absolute directory it starts in.</param>
    /// <param name="places">What a shell would find.</param>
    public static ShellActions Of(string script, string directory, ShellPlaces places)
    {
        ArgumentNullException.ThrowIfNull(script);
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(places);
        var parsed = ShellScript.Parse(script, directory, places.Home);
        var reading = new ShellReading(script, directory, places);
        reading.Add(parsed, depth: 0);
        return reading.ToActions(parsed);
    }

    /// <summary>Reads an argv that is executed without a shell around it.</summary>
    /// <param name="argv">The words.</param>
    /// <param name="directory">The absolute directory it starts in.</param>
    /// <param name="places">What would be found there.</param>
    public static ShellActions OfArgv(ImmutableArray<string> argv, string directory, ShellPlaces places)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(places);
        if (argv.IsDefaultOrEmpty)
        {
            throw new ArgumentException("a command has words", nameof(argv));
        }

        var text = string.Join(' ', argv);
        var command = new ShellCommand
        {
            Words = [.. argv.Select(word => new ShellWord(word, 0) { IsQuoted = true })],
            Directories = ShellDirectories.Of(directory),
        };
        var tooLong =
            text.Length > ShellScript.MaxLength || argv.Any(word => word.Contains('\0', StringComparison.Ordinal));
        var script = new ShellScript
        {
            Text = text,
            Commands = [command],
            Problem =
                tooLong ? new ShellProblem("is too long, or holds NUL", 0)
                : argv[0].Length == 0 ? new ShellProblem("runs a command without a name", 0)
                : null,
        };
        var reading = new ShellReading(text, directory, places);
        reading.Add(script, depth: 0);
        return reading.ToActions(script);
    }

    /// <summary>The strictest of what is decided of each action; never more than <see cref="AtBest"/>.</summary>
    /// <param name="judge">Decides one target: a policy, with its time and labels.</param>
    public Decision Decide(Func<ActionTarget, Decision> judge)
    {
        ArgumentNullException.ThrowIfNull(judge);
        if (ReachesNothing && Actions.IsEmpty)
        {
            return new Decision { Effect = Effect.Allow, Reason = "it reaches nothing outside the conversation" };
        }

        Decision? strictest = null;
        foreach (var action in Actions)
        {
            var decision = judge(action.Target);
            // Of a guess only what a rule says of it by name counts.
            var counts = !action.IsGuess || (decision.Effect < Effect.Allow && !decision.Rules.IsEmpty);
            if (counts && (strictest is null || decision.Effect < strictest.Value.Effect))
            {
                strictest = decision;
            }
            else if (counts && decision.Effect == Effect.Ask && strictest is { Effect: Effect.Ask } before)
            {
                strictest = Both(before, decision);
            }
        }

        // INVARIANT: a script without an action that a rule allows is denied.
        var decided = strictest ?? Decision.Deny("the script names no command that a rule could allow");
        if (decided.Effect <= AtBest)
        {
            return decided;
        }

        var why = Reasons.IsEmpty ? "it can't be read before it runs" : $"it {Reasons[0].Reason}";
        return decided with
        {
            Effect = AtBest,
            Reason = $"{(AtBest == Effect.Ask ? "a person is asked" : "denied")}: {why}",
            Told = $"{(AtBest == Effect.Ask ? "a person is asked" : "denied")}: {why}",
            Needed = null,
            NeededArguments = null,
        };
    }

    // INVARIANT: one yes is to the whole call, so what the rules of each of its parts demand of the answer is demanded.
    private static Decision Both(Decision one, Decision other) =>
        one with
        {
            Rules = [.. one.Rules.Union(other.Rules)],
            Obligations = one.Obligations with
            {
                Approvals = [.. one.Obligations.Approvals.Union(other.Obligations.Approvals)],
            },
        };
}
