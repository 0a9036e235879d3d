using System.Buffers;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export.Formats.Ocsf;

/// <summary>
/// An entry as an event of the Open Cybersecurity Schema Framework, version 1.8.0, with the profiles <c>security_control</c>,
/// <c>host</c> and, for calls of models, <c>ai_operation</c>. What the schema has no attribute for stands in <c>unmapped</c>.
/// Pure ASCII: everything else is escaped.
/// </summary>
public sealed class OcsfFormat : IEntryFormat
{
    /// <summary>The version of the schema.</summary>
    public const string Version = "1.8.0";

    private readonly int _maxText;

    /// <summary>The whole entry.</summary>
    public OcsfFormat()
        : this(int.MaxValue) { }

    /// <summary>An entry with texts of at most so many characters, where a transport takes no long events.</summary>
    internal OcsfFormat(int maxText) => _maxText = maxText;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        WriteMembers(entry, writer);
        writer.WriteEndObject();
    }

    /// <summary>The event's members, for a format that puts others before them.</summary>
    internal void WriteMembers(ExportedEntry entry, Utf8JsonWriter writer)
    {
        var activity = OcsfActivity.Of(entry);
        var json = new OcsfWriter(writer, _maxText);
        writer.WriteNumber("activity_id"u8, activity.Id);
        json.Text("activity_name"u8, activity.Name);
        writer.WriteNumber("category_uid"u8, activity.Class.CategoryUid);
        writer.WriteString("category_name"u8, activity.Class.CategoryName);
        writer.WriteNumber("class_uid"u8, activity.Class.Uid);
        writer.WriteString("class_name"u8, activity.Class.Name);
        writer.WriteNumber("type_uid"u8, activity.TypeUid);
        writer.WriteNumber("severity_id"u8, (int)entry.Severity);
        writer.WriteString("severity"u8, entry.Severity.ToString());
        WriteTimes(entry, writer);
        WriteStatus(entry, activity, json);
        json.Text("message"u8, entry.Entry.Target is { } target ? $"{entry.Title}: {target}" : entry.Title);
        WriteMetadata(entry, json);
        WriteControl(entry, json);
        WriteActor(entry, json);
        new OcsfDetail(json).Write(entry, activity);
        WriteUnmapped(entry, json);
    }

    private static void WriteTimes(ExportedEntry entry, Utf8JsonWriter writer)
    {
        var time = entry.Row.Stamp.Time.ToUnixTimeMilliseconds();
        writer.WriteNumber("time"u8, time);
        if (entry.Entry.Usage is { Milliseconds: > 0 } usage)
        {
            var duration = (long)Math.Min(usage.Milliseconds, int.MaxValue);
            writer.WriteNumber("start_time"u8, time - duration);
            writer.WriteNumber("end_time"u8, time);
            writer.WriteNumber("duration"u8, duration);
        }

        if (entry.Entry.Count > 1)
        {
            writer.WriteNumber("count"u8, Math.Min(entry.Entry.Count, int.MaxValue));
        }
    }

    private static void WriteStatus(ExportedEntry exported, OcsfActivity activity, OcsfWriter json)
    {
        var entry = exported.Entry;
        var (id, name) = entry switch
        {
            _ when activity.Class == OcsfClass.DetectionFinding => (1, "New"),
            { Kind: EntryKind.Intent } => (0, "Unknown"),
            { Effect: Effect.Deny } => (2, "Failure"),
            { Outcome: OutcomeKind.Done } => (1, "Success"),
            { Outcome: OutcomeKind.Abandoned or OutcomeKind.Unknown } => (0, "Unknown"),
            { Outcome: not null } => (2, "Failure"),
            _ => (1, "Success"),
        };
        json.Json.WriteNumber("status_id"u8, id);
        json.Json.WriteString("status"u8, name);
        json.Text("status_detail"u8, entry.Reason ?? entry.Detail);
        if (entry.Outcome is { } outcome)
        {
            json.Json.WriteString("status_code"u8, EntryNames<OutcomeKind>.Of(outcome));
        }
    }

    private static void WriteMetadata(ExportedEntry exported, OcsfWriter json)
    {
        var writer = json.Json;
        var entry = exported.Entry;
        writer.WriteStartObject("metadata"u8);
        writer.WriteString("version"u8, Version);
        writer.WriteString("uid"u8, exported.Key);
        json.Product("product"u8, exported.Source);
        writer.WriteString("log_name"u8, exported.Row.Stamp.Emitter);
        writer.WriteString("log_version"u8, "1");
        writer.WriteString("log_format"u8, "JSON (RFC 8785)");
        writer.WriteString("original_event_uid"u8, exported.Key);
        writer.WriteString("original_time"u8, exported.Row.Stamp.Time.UtcDateTime.ToString("O"));
        writer.WriteString("event_code"u8, EntryNames<EntryKind>.Of(entry.Kind));
        if (entry.Session != default)
        {
            writer.WriteString("correlation_uid"u8, entry.Session.ToString());
        }

        writer.WriteStartArray("profiles"u8);
        writer.WriteStringValue("security_control"u8);
        writer.WriteStringValue("host"u8);
        if (OcsfDetail.IsModelCall(entry))
        {
            writer.WriteStringValue("ai_operation"u8);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteControl(ExportedEntry exported, OcsfWriter json)
    {
        var writer = json.Json;
        var entry = exported.Entry;
        var observed = entry is { Observed: true, Needed: not null };
        if (entry.Effect is { } effect)
        {
            var (action, actionName) =
                observed ? (3, "Observed")
                : effect == Effect.Allow ? (1, "Allowed")
                : effect == Effect.Deny ? (2, "Denied")
                : (99, "Asked");
            var (disposition, dispositionName) =
                observed ? (17, "Logged")
                : effect == Effect.Deny ? (2, "Blocked")
                : effect != Effect.Allow ? (14, "Delayed")
                : entry.Kind == EntryKind.Approval ? (8, "Approved")
                : (1, "Allowed");
            writer.WriteNumber("action_id"u8, action);
            writer.WriteString("action"u8, actionName);
            writer.WriteNumber("disposition_id"u8, disposition);
            writer.WriteString("disposition"u8, dispositionName);
        }

        writer.WriteBoolean("is_alert"u8, exported.Severity >= EntrySeverity.Medium);
        if (entry.Policy.ToString() is { Length: > 0 } policy)
        {
            writer.WriteStartObject("policy"u8);
            writer.WriteString("uid"u8, policy);
            json.Text("name"u8, entry.Agent);
            writer.WriteBoolean("is_applied"u8, true);
            writer.WriteEndObject();
        }

        if (entry.Rules.IsDefaultOrEmpty)
        {
            return;
        }

        writer.WriteStartArray("authorizations"u8);
        foreach (var rule in entry.Rules)
        {
            writer.WriteStartObject();
            writer.WriteString("decision"u8, exported.Decision ?? "unknown");
            writer.WriteStartObject("policy"u8);
            json.Text("name"u8, rule.Text.Length > 0 ? rule.Text : "rule");
            json.Text("uid"u8, rule.Place);
            json.Text("type"u8, rule.Layer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteActor(ExportedEntry exported, OcsfWriter json)
    {
        var writer = json.Json;
        var entry = exported.Entry;
        writer.WriteStartObject("actor"u8);
        json.Text("app_name"u8, entry.Agent ?? ExportSource.Product);
        if (entry.Session != default)
        {
            writer.WriteStartObject("session"u8);
            writer.WriteString("uid"u8, entry.Session.ToString());
            writer.WriteString("issuer"u8, exported.Row.Stamp.Emitter);
            writer.WriteEndObject();
        }

        if (entry.Person is { Length: > 0 } person)
        {
            writer.WriteStartObject("user"u8);
            json.Text("name"u8, person);
            writer.WriteEndObject();
        }

        writer.WriteEndObject();
        writer.WriteStartObject("device"u8);
        json.Text("hostname"u8, exported.Source.Host);
        writer.WriteNumber("type_id"u8, 0);
        writer.WriteString("type"u8, "Unknown");
        writer.WriteEndObject();
    }

    private static void WriteUnmapped(ExportedEntry exported, OcsfWriter json)
    {
        var writer = json.Json;
        var entry = exported.Entry;
        writer.WriteStartObject("unmapped"u8);
        writer.WriteNumber("index"u8, exported.Row.Index);
        writer.WriteString("leaf"u8, JsonlFormat.LeafHash(exported.Leaf.Span));
        writer.WriteNumber("mono"u8, exported.Row.Stamp.Sequence);
        if (exported.Row.Stamp.Previous is { } previous)
        {
            writer.WriteNumber("prev"u8, previous);
        }

        if (entry.Verb != Verb.Unknown)
        {
            writer.WriteString("verb"u8, EntryNames<Verb>.Of(entry.Verb));
        }

        if (entry.Passage != 0)
        {
            writer.WriteNumber("passage"u8, entry.Passage);
        }

        if (entry.Lost != 0)
        {
            writer.WriteNumber("lost"u8, entry.Lost);
        }

        json.Text("verdict"u8, entry.Verdict is { } verdict ? EntryNames<Effect>.Of(verdict) : null);
        json.Text("parent"u8, entry.Parent.ToString());
        json.Text("target"u8, entry.Target);
        json.Text("point"u8, entry.Point);
        json.Text("detail"u8, entry.Detail);
        json.Text("needed"u8, entry.Needed);
        json.Text("credential"u8, entry.Credential);
        json.Text("action_digest"u8, entry.Action.ToString());
        writer.WriteBoolean("observed"u8, entry.Observed);
        json.Texts("labels"u8, LabelNames.Of(entry.Labels));
        json.Texts("tool_calls"u8, entry.ToolCalls);
        json.Payloads(exported.Row.Payloads);
        writer.WriteEndObject();
    }
}
