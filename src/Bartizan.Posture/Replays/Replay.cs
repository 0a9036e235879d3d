using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;
using Bartizan.Records.Payloads;

namespace Bartizan.Posture.Replays;

/// <summary>
/// Decides recorded actions again under a manifest: each at its own time, with its session's labels of then and, of a tool call
/// that was granted, with the arguments that lie encrypted beside the log. What can't be opened (a refused call's, an erased or
/// cut payload) and a file's further names are unknown: rules that ask for them are at their strictest.
/// </summary>
/// <param name="manifest">The manifest.</param>
/// <param name="payloads">Opens what lies beside the log; null when that is out of reach.</param>
public sealed class Replay(Manifest manifest, PayloadReader? payloads = null)
{
    /// <summary>The role of the payload that holds a tool call's arguments, a JSON object.</summary>
    private const string ArgumentsRole = "arguments";

    private readonly Policy _policy = Policy.Compile(manifest);
    private readonly Dictionary<(Verb, string, Effect, Effect), ReplayChange> _changes = [];
    private readonly HashSet<string> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<SessionId, Exposure> _met = [];
    private readonly Dictionary<SessionId, Labels> _lost = [];
    private long _actions;
    private long _unread;
    private long _blind;

    /// <summary>What was found so far.</summary>
    public ReplayReport Report =>
        new(
            _actions,
            _sessions.Count,
            [.. _changes.Values.OrderByDescending(c => c.Count).ThenBy(c => c.First)],
            _unread,
            _blind
        );

    /// <summary>Decides an entry again; what is no action of the manifest's agent is passed over.</summary>
    public void Add(EntryRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var entry = row.Entry;
        if (LabelClearance.Of(entry) is var off and not Labels.None && !_policy.Declassify.IsEmpty)
        {
            // Where this manifest lets nobody do so, nobody did.
            var past = _met.GetValueOrDefault(entry.Session, _policy.ExposureAtStart);
            var lost = past.Labels & off & ~_policy.ExposureAtStart.Labels;
            _met[entry.Session] = past with { Labels = past.Labels & ~lost };
            _lost[entry.Session] = lost;
            return;
        }

        if (LabelClearance.KeptOf(entry) is var kept and not Labels.None)
        {
            var past = _met.GetValueOrDefault(entry.Session, _policy.ExposureAtStart);
            var back = kept & _lost.GetValueOrDefault(entry.Session);
            _met[entry.Session] = past with { Labels = past.Labels | back };
            return;
        }

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
        var met = _met.GetValueOrDefault(entry.Session, _policy.ExposureAtStart);
        if (entry.Kind == EntryKind.Intent)
        {
            // What was carried out then taints what came after it, as this manifest sees it.
            _met[entry.Session] = met.With(_policy.ExposureOf(target));
        }

        if (entry.Policy == _policy.Digest)
        {
            // The same rules: what differed then were a person, a guard, a switch, and those are not asked again.
            return;
        }

        var was = WasOf(entry);
        var arguments = ArgumentsOf(row);
        _blind += entry.Verb == Verb.Tool && arguments.ValueKind == JsonValueKind.Undefined ? 1 : 0;
        var decision = _policy.Screen(
            target,
            new Circumstances
            {
                Now = row.Stamp.Time,
                Labels = entry.Labels | met.Labels,
                Passed = met.Passed,
                User = entry.Person is { } person ? User.Of(manifest, person) : null,
                Arguments = arguments,
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

    private JsonElement ArgumentsOf(EntryRow row)
    {
        if (payloads is null || row.Payloads.FirstOrDefault(p => p.Role == ArgumentsRole) is not { } reference)
        {
            return default;
        }

        var opened = payloads.Open(row.Entry.Session, reference);
        try
        {
            // Names that stand twice are left as they are: whoever decides finds them unknown.
            return opened.State == PayloadState.Whole ? JsonElement.Parse(opened.Content.Span) : default;
        }
        catch (JsonException)
        {
            return default;
        }
    }

    // A person's answer turns an ask into what the entry says; the rules that it names still say that somebody was asked.
    private static Effect WasOf(Entry entry) =>
        entry.Rules.Any(rule => rule.Text.StartsWith("ask: ", StringComparison.Ordinal))
        && !entry.Rules.Any(rule => rule.Text.StartsWith("deny: ", StringComparison.Ordinal))
            ? Effect.Ask
            : entry.Effect ?? Effect.Deny;
}
