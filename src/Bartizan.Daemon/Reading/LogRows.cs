using System.Globalization;
using Bartizan.Client.Records;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Daemon.Reading;

/// <summary>Entries, as the control API shows them.</summary>
internal static class LogRows
{
    private const string Model = "model";
    private const string Tool = "tool";
    private const string Network = "network";
    private const string File = "file";
    private const string Approval = "approval";
    private const string Session = "session";

    /// <summary>An entry.</summary>
    public static LogRow Of(EntryRow row)
    {
        var entry = row.Entry;
        return new LogRow
        {
            Index = row.Index,
            Time = row.Stamp.Time,
            Kind = Word(entry.Kind),
            Lane = LaneOf(entry),
            Session = entry.Session == default ? null : entry.Session.ToString(),
            Agent = entry.Agent,
            Person = entry.Person,
            Passage = entry.Passage,
            Point = entry.Point,
            Verb = entry.Verb == Verb.Unknown ? null : Word(entry.Verb),
            Target = entry.Target,
            Effect = entry.Effect is { } effect ? Word(effect) : null,
            Verdict = entry.Verdict is { } verdict ? Word(verdict) : null,
            Rules = [.. entry.Rules.Select(rule => $"{rule.Text} ({rule.Place})")],
            Needed = entry.Needed,
            Reason = entry.Reason,
            Labels = entry.Labels == Labels.None ? null : Word(entry.Labels),
            Observed = entry.Observed,
            Credential = entry.Credential,
            Outcome = entry.Outcome is { } outcome ? Word(outcome) : null,
            Detail = entry.Detail,
            ToolCalls = entry.ToolCalls,
            BytesOut = entry.Usage?.BytesOut ?? 0,
            BytesIn = entry.Usage?.BytesIn ?? 0,
            Tokens = (entry.Usage?.InputTokens ?? 0) + (entry.Usage?.OutputTokens ?? 0),
            MicroDollars = entry.Kind == EntryKind.Outcome ? entry.Spend?.MicroDollars ?? 0 : 0,
            Milliseconds = entry.Usage?.Milliseconds ?? 0,
            Count = entry.Count,
            Payloads = row.Payloads.Length,
        };
    }

    /// <summary>Where an entry stands on its session's timeline.</summary>
    public static string LaneOf(Entry entry) =>
        entry.Kind switch
        {
            EntryKind.Approval => Approval,
            EntryKind.Seen or EntryKind.View or EntryKind.Workspace => File,
            EntryKind.Intent or EntryKind.Outcome or EntryKind.Refusal or EntryKind.Finding => entry.Verb switch
            {
                Verb.Model => Model,
                Verb.Tool or Verb.Delegate => Tool,
                Verb.Http or Verb.Connect or Verb.Serve => Network,
                Verb.Read or Verb.Write or Verb.Exec => File,
                _ => Session,
            },
            _ => Session,
        };

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLower(CultureInfo.InvariantCulture);
}
