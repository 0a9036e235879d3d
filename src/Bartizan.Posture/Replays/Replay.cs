using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Records.Entries;

namespace Bartizan.Posture.Replays;

/// <summary>
/// Decides recorded actions again under a manifest: each at its own time and with its session's labels of then. The arguments of
/// tool calls and a file's further names are no part of an entry: rules that ask for arguments find them unknown, and so are at
/// their strictest.
/// </summary>
public sealed class Replay(Manifest manifest)
{
    private readonly Policy _policy = Policy.Compile(manifest);
    private readonly Dictionary<(Verb, string, Effect, Effect), ReplayChange> _changes = [];
    private readonly HashSet<string> _sessions = new(StringComparer.Ordinal);
    private long _actions;
    private long _unread;

    /// <summary>What was found so far.</summary>
    public ReplayReport Report =>
        new(
            _actions,
            _sessions.Count,
            [.. _changes.Values.OrderByDescending(c => c.Count).ThenBy(c => c.First)],
            _unread
        );

    /// <summary>Decides an entry again; what is no action of the manifest's agent is passed over.</summary>
    public void Add(EntryRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var entry = row.Entry;
        if (
            entry.Kind is not (EntryKind.Intent or EntryKind.Refusal)
            || entry.Agent is not { } agent
            || !agent.StartsWith(manifest.Agent + "@", StringComparison.Ordinal)
        )
        {
            return;
        }

        if (
            entry.Target is not { } text
            || text.EndsWith('…')
            || !TargetReader.TryRead(entry.Verb, text, out var target, out _)
        )
        {
            _unread += entry.Count;
            return;
        }

        _actions++;
        _sessions.Add(entry.Session.ToString());
        if (entry.Policy == _policy.Digest)
        {
            // The same rules: what differed then were a person, a guard, a switch, and those are not asked again.
            return;
        }

        var was = WasOf(entry);
        var decision = _policy.Screen(
            target,
            new Circumstances
            {
                Now = row.Stamp.Time,
                Labels = entry.Labels,
                User = entry.Person is { } person ? User.Of(manifest, person) : null,
            }
        );
        if (decision.Effect == was)
        {
            return;
        }

        var key = (entry.Verb, text, was, decision.Effect);
        _changes[key] = _changes.TryGetValue(key, out var seen)
            ? seen with
            {
                Count = seen.Count + 1,
            }
            : new ReplayChange(
                entry.Verb,
                text,
                was,
                decision.Effect,
                decision.Reason,
                decision.Effect == Effect.Allow ? null : decision.Needed,
                1,
                row.Index,
                entry.Session.ToString()
            );
    }

    // A person's answer turns an ask into what the entry says; the rules that it names still say that somebody was asked.
    private static Effect WasOf(Entry entry) =>
        entry.Rules.Any(rule => rule.Text.StartsWith("ask: ", StringComparison.Ordinal))
        && !entry.Rules.Any(rule => rule.Text.StartsWith("deny: ", StringComparison.Ordinal))
            ? Effect.Ask
            : entry.Effect ?? Effect.Deny;
}
