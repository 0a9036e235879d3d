using System.Globalization;
using Bartizan.Cli.Terminal;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Sessions;
using Bartizan.Records.Entries;

namespace Bartizan.Cli.Commands;

/// <summary>One entry as a line for a person, or as stable JSON for a program.</summary>
internal static class RowText
{
    /// <summary>One line: its index, which proofs and pages go by, its time in UTC, its session, what it says.</summary>
    public static string Line(EntryRow row)
    {
        var session = row.Entry.Session == default ? "-" : row.Entry.Session.ToString();
        return $"{Place(row)}  {session, -22}  {Word(row.Entry.Kind), -9} {What(row.Entry)}".TrimEnd();
    }

    /// <summary>One line where the session is known.</summary>
    public static string SessionLine(EntryRow row) =>
        $"{Place(row)}  {Word(row.Entry.Kind), -9} {What(row.Entry)}".TrimEnd();

    /// <summary>How a granted action ended.</summary>
    public static string Outcome(EntryRow row)
    {
        var entry = row.Entry;
        var usage = entry.Usage;
        var used = usage is null
            ? ""
            : string.Create(
                CultureInfo.InvariantCulture,
                $", {usage.Milliseconds:F1} ms, {usage.BytesOut}/{usage.BytesIn} bytes"
            );
        var tokens = usage is { InputTokens: > 0 }
            ? string.Create(CultureInfo.InvariantCulture, $", {usage.InputTokens}+{usage.OutputTokens} tokens")
            : "";
        var tools = entry.ToolCalls.IsEmpty ? "" : $", asks for {Screen.Printable(string.Join(", ", entry.ToolCalls))}";
        return $"{Word(entry.Outcome ?? OutcomeKind.Abandoned)} {Screen.Printable(entry.Detail ?? "")}{used}{tokens}{tools}".Replace(
            "  ",
            " ",
            StringComparison.Ordinal
        );
    }

    /// <summary>The fields of the JSON form; names are stable.</summary>
    public static object Json(EntryRow row)
    {
        var entry = row.Entry;
        return new
        {
            row.Index,
            row.Stamp.Time,
            kind = Word(entry.Kind),
            session = entry.Session == default ? null : entry.Session.ToString(),
            entry.Agent,
            entry.Person,
            entry.Passage,
            entry.Point,
            verb = entry.Verb == Verb.Unknown ? null : Word(entry.Verb),
            entry.Target,
            effect = entry.Effect is { } effect ? Word(effect) : null,
            verdict = entry.Verdict is { } verdict ? Word(verdict) : null,
            rules = entry.Rules,
            entry.Needed,
            entry.Reason,
            policy = entry.Policy.ToString() is { Length: > 0 } policy ? policy : null,
            labels = entry.Labels == Labels.None ? null : Word(entry.Labels),
            entry.Observed,
            entry.Credential,
            outcome = entry.Outcome is { } outcome ? Word(outcome) : null,
            entry.Detail,
            entry.Usage,
            toolCalls = entry.ToolCalls,
            entry.Count,
            lost = entry.Lost == 0 ? (long?)null : entry.Lost,
            parent = entry.Parent == default ? null : entry.Parent.ToString(),
            action = entry.Action.ToString() is { Length: > 0 } action ? action : null,
            payloads = row.Payloads,
        };
    }

    private static string Place(EntryRow row) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Index, 6}  {row.Stamp.Time.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}Z"
        );

    private static string What(Entry entry)
    {
        var target =
            entry.Verb == Verb.Unknown
                ? Screen.Printable(entry.Target ?? "")
                : $"{Word(entry.Verb)} {Screen.Printable(entry.Target ?? "")}";
        var count = entry.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" ×{entry.Count}") : "";
        return entry.Kind switch
        {
            EntryKind.Refusal => $"{target}{count}: {Screen.Printable(entry.Reason ?? "")}",
            EntryKind.Outcome =>
                $"{target} {Word(entry.Outcome ?? OutcomeKind.Abandoned)} {Screen.Printable(entry.Detail ?? "")}",
            EntryKind.State or EntryKind.Instance or EntryKind.Heartbeat =>
                $"{Screen.Printable(entry.Detail ?? "")}{(entry.Reason is { Length: > 0 } reason ? $": {Screen.Printable(reason)}" : "")}",
            EntryKind.Vault =>
                $"{Screen.Printable(entry.Credential ?? entry.Target ?? "")} {Screen.Printable(entry.Detail ?? "")}{(entry.Reason is { Length: > 0 } said ? $" ({Screen.Printable(said)})" : "")}".Trim(),
            EntryKind.Approval =>
                $"{target}: {Word(entry.Effect ?? Effect.Deny)} by {Screen.Printable(entry.Person ?? "nobody")}",
            EntryKind.Finding =>
                $"{target} ({Screen.Printable(entry.Detail ?? "")}){(entry.Reason is { Length: > 0 } why ? $": {Screen.Printable(why)}" : "")}",
            _ => $"{target}{(entry.Detail is { Length: > 0 } detail ? $" ({Screen.Printable(detail)})" : "")}{count}",
        };
    }

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
