using System.Globalization;
using System.Net;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;

namespace Bartizan.Records.Export.Formats.Ocsf;

/// <summary>The attributes that only some classes have.</summary>
internal sealed class OcsfDetail(OcsfWriter json)
{
    private const string Sandbox = "sandbox";
    private const int HostNameObservable = 1;
    private const int AddressObservable = 2;

    private readonly Utf8JsonWriter _writer = json.Json;

    /// <summary>True for an action that calls a model.</summary>
    public static bool IsModelCall(Entry entry) =>
        entry.Verb == Verb.Model && entry.Kind is EntryKind.Intent or EntryKind.Outcome or EntryKind.Refusal;

    /// <summary>Writes them.</summary>
    public void Write(ExportedEntry entry, OcsfActivity activity)
    {
        switch (activity.Class.Uid)
        {
            case 1001:
                WriteFile(entry);
                break;
            case 1007:
                WriteProcess(entry);
                break;
            case 1008:
                _writer.WriteString("log_name"u8, entry.Row.Stamp.Emitter);
                break;
            case 2004:
                WriteFinding(entry);
                break;
            case 3002:
                WriteSession(entry);
                Named("service"u8, ExportSource.Product);
                break;
            case 3003:
                WriteSession(entry);
                WritePrivileges(entry);
                break;
            case 4001:
                WriteEndpoint(entry.Target);
                WriteTraffic(entry.Entry.Usage);
                break;
            case 4002:
                WriteEndpoint(entry.Target);
                WriteHttp(entry, activity);
                WriteTraffic(entry.Entry.Usage);
                break;
            case 4003:
                WriteQuery(entry);
                break;
            case 6002:
                WriteApplication(entry);
                break;
            default:
                WriteApi(entry);
                break;
        }
    }

    private void WriteFile(ExportedEntry entry)
    {
        // A workspace is the one thing here that is known to be a folder.
        var isWorkspace = entry.Entry.Kind == EntryKind.Workspace;
        var path = isWorkspace ? "workspace" : entry.Target.Name;
        _writer.WriteStartObject("file"u8);
        json.Text("name"u8, path.TrimEnd('/').Split('/')[^1] is { Length: > 0 } name ? name : "/");
        json.Text("path"u8, path);
        _writer.WriteNumber("type_id"u8, isWorkspace ? 2 : 0);
        _writer.WriteString("type"u8, isWorkspace ? "Folder" : "Unknown");
        _writer.WriteEndObject();
    }

    private void WriteProcess(ExportedEntry entry)
    {
        _writer.WriteStartObject("process"u8);
        _writer.WriteString("uid"u8, entry.Key);
        json.Text("cmd_line"u8, entry.Target.Name);
        json.Text("name"u8, entry.Target.Name.Split(' ')[0]);
        _writer.WriteEndObject();
    }

    private void WriteFinding(ExportedEntry entry)
    {
        _writer.WriteStartObject("finding_info"u8);
        _writer.WriteString("uid"u8, entry.Key);
        var isFinding = entry.Entry.Kind == EntryKind.Finding;
        json.Text("title"u8, isFinding ? entry.Entry.Detail ?? "finding" : "Refusals above the rate");
        json.Text("desc"u8, entry.Entry.Reason);
        _writer.WriteStartObject("analytic"u8);
        json.Text("name"u8, isFinding ? entry.Entry.Point ?? "finding" : "refusals above the rate");
        _writer.WriteNumber("type_id"u8, 1);
        _writer.WriteString("type"u8, "Rule");
        _writer.WriteEndObject();
        _writer.WriteEndObject();
    }

    // A person, or the agent itself where the log names nobody.
    private void WriteSession(ExportedEntry entry)
    {
        var user = entry.Entry.Kind == EntryKind.Approval ? entry.Entry.Agent : entry.Entry.Person ?? entry.Entry.Agent;
        Named("user"u8, user is { Length: > 0 } ? user : "unknown");
        _writer.WriteStartObject("session"u8);
        _writer.WriteString("uid"u8, entry.Entry.Session.ToString());
        _writer.WriteString("issuer"u8, entry.Row.Stamp.Emitter);
        _writer.WriteEndObject();
    }

    private void WritePrivileges(ExportedEntry entry)
    {
        var what = entry.Entry.Kind == EntryKind.View ? "view" : entry.Title;
        var of = entry.Entry.Target ?? entry.Entry.Detail ?? "";
        json.Texts("privileges"u8, [$"{what}: {of}"]);
    }

    private void WriteEndpoint(TargetParts target)
    {
        _writer.WriteStartObject("dst_endpoint"u8);
        if (target.Host is not { } host)
        {
            json.Text("name"u8, target.Name.Length > 0 ? target.Name : "unknown");
            _writer.WriteEndObject();
            return;
        }

        var isAddress = IPAddress.TryParse(host, out _);
        _writer.WriteString(isAddress ? "ip"u8 : "hostname"u8, host);
        _writer.WriteNumber("port"u8, target.Port);
        _writer.WriteEndObject();
        WriteObservable(isAddress ? "dst_endpoint.ip" : "dst_endpoint.hostname", host, isAddress);
    }

    private void WriteObservable(string name, string value, bool isAddress)
    {
        _writer.WriteStartArray("observables"u8);
        _writer.WriteStartObject();
        _writer.WriteString("name"u8, name);
        _writer.WriteNumber("type_id"u8, isAddress ? AddressObservable : HostNameObservable);
        _writer.WriteString("type"u8, isAddress ? "IP Address" : "Hostname");
        _writer.WriteString("value"u8, value);
        _writer.WriteEndObject();
        _writer.WriteEndArray();
    }

    private void WriteTraffic(Usage? usage)
    {
        if (usage is null)
        {
            return;
        }

        _writer.WriteStartObject("traffic"u8);
        _writer.WriteNumber("bytes_in"u8, usage.BytesIn);
        _writer.WriteNumber("bytes_out"u8, usage.BytesOut);
        _writer.WriteNumber("bytes"u8, usage.BytesIn + usage.BytesOut);
        _writer.WriteEndObject();
    }

    private void WriteHttp(ExportedEntry entry, OcsfActivity activity)
    {
        var target = entry.Target;
        _writer.WriteStartObject("http_request"u8);

        // The schema's methods are a closed list; another one is the activity's name.
        if (activity.IsKnown)
        {
            json.Text("http_method"u8, activity.Name.ToUpperInvariant());
        }

        _writer.WriteStartObject("url"u8);
        json.Text("url_string"u8, target.Name.Length > 0 ? target.Name : "unknown");
        json.Text("scheme"u8, target.Scheme);
        json.Text("hostname"u8, target.Host);
        json.Text("path"u8, target.Path);
        if (target.Port > 0)
        {
            _writer.WriteNumber("port"u8, target.Port);
        }

        _writer.WriteEndObject();
        _writer.WriteEndObject();
        if (StatusOf(entry.Entry) is { } code)
        {
            _writer.WriteStartObject("http_response"u8);
            _writer.WriteNumber("code"u8, code);
            _writer.WriteEndObject();
        }
    }

    private void WriteQuery(ExportedEntry entry)
    {
        _writer.WriteStartObject("query"u8);
        json.Text("hostname"u8, entry.Target.Host ?? "unknown");
        _writer.WriteEndObject();
        _writer.WriteNumber("rcode_id"u8, 5);
        _writer.WriteString("rcode"u8, "Refused");
        _writer.WriteStartObject("src_endpoint"u8);
        WriteSource(entry);
        _writer.WriteEndObject();
    }

    private void WriteApplication(ExportedEntry entry)
    {
        if (entry.Entry.Kind != EntryKind.Receipt)
        {
            json.Product("app"u8, entry.Source);
            return;
        }

        _writer.WriteStartObject("app"u8);
        _writer.WriteString("name"u8, Sandbox);
        _writer.WriteString("vendor_name"u8, ExportSource.Product);
        _writer.WriteString("uid"u8, entry.Entry.Session.ToString());
        _writer.WriteEndObject();
    }

    private void WriteApi(ExportedEntry exported)
    {
        var entry = exported.Entry;
        var target = exported.Target;
        _writer.WriteStartObject("api"u8);
        json.Text("operation"u8, target.Name.Length > 0 ? target.Name : exported.Title);
        if (target.Owner is { } owner)
        {
            Named("service"u8, owner);
        }

        _writer.WriteStartObject("request"u8);
        _writer.WriteString("uid"u8, string.Create(CultureInfo.InvariantCulture, $"{entry.Session}/{entry.Passage}"));
        _writer.WriteEndObject();
        if (entry.Kind == EntryKind.Outcome)
        {
            _writer.WriteStartObject("response"u8);
            if (StatusOf(entry) is { } code)
            {
                _writer.WriteNumber("code"u8, code);
            }

            json.Text(entry.Outcome == OutcomeKind.Done ? "message"u8 : "error_message"u8, entry.Detail);
            _writer.WriteEndObject();
        }

        _writer.WriteEndObject();
        _writer.WriteStartObject("src_endpoint"u8);
        WriteSource(exported);
        _writer.WriteEndObject();
        if (IsModelCall(entry))
        {
            WriteModel(exported);
        }
    }

    private void WriteSource(ExportedEntry entry)
    {
        json.Text("name"u8, entry.Entry.Agent ?? "agent");
        json.Text("uid"u8, entry.Entry.Session.ToString());
    }

    private void WriteModel(ExportedEntry entry)
    {
        _writer.WriteStartObject("ai_model"u8);
        json.Text("ai_provider"u8, entry.Target.Owner ?? "unknown");
        json.Text("name"u8, entry.Target.Name.Length > 0 ? entry.Target.Name : "unknown");
        _writer.WriteEndObject();
        if (entry.Entry.Usage is not { } usage || usage.InputTokens + usage.OutputTokens == 0)
        {
            return;
        }

        _writer.WriteStartObject("message_context"u8);
        Named("service"u8, entry.Target.Owner ?? "unknown");
        _writer.WriteNumber("prompt_tokens"u8, Math.Min(usage.InputTokens, int.MaxValue));
        _writer.WriteNumber("completion_tokens"u8, Math.Min(usage.OutputTokens, int.MaxValue));
        _writer.WriteNumber("total_tokens"u8, Math.Min(usage.InputTokens + usage.OutputTokens, int.MaxValue));
        _writer.WriteEndObject();
    }

    private void Named(ReadOnlySpan<byte> member, string name)
    {
        _writer.WriteStartObject(member);
        json.Text("name"u8, name);
        _writer.WriteEndObject();
    }

    // The detail of an outcome begins with the status where there was one.
    private static int? StatusOf(Entry entry) =>
        entry.Detail is { Length: >= 3 } detail
        && int.TryParse(detail.AsSpan(0, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var code)
        && code is >= 100 and < 600
        && (detail.Length == 3 || !char.IsAsciiDigit(detail[3]))
            ? code
            : null;
}
