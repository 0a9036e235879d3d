using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Bartizan.Core.Code;
using Bartizan.Core.Manifests;
using Bartizan.Gateway.Tools.Messages;

namespace Bartizan.Gateway.Code;

/// <summary>What the code tool's server says of its tool, and of what came of a call.</summary>
internal static class CodeMessages
{
    /// <summary>Too many calls at once.</summary>
    public const string Busy = "Too much code of this session is running; wait for one of the calls.";

    /// <summary>What the server calls itself.</summary>
    public static OwnServer Server { get; } = new("bartizan-code");

    /// <summary>Arguments that are none.</summary>
    public static string Misfit(CodeTerms terms) =>
        $"A call has `language` (one of {string.Join(", ", terms.Languages.Keys)}), `code`, and `stdin` if there is some, all of them text.";

    /// <summary>The list of the one tool.</summary>
    public static ReadOnlyMemory<byte> Tools(string id, ToolServer server) =>
        OwnServer.Tools(id, json => WriteTool(json, server, server.Code!));

    /// <summary>A result as the tool gives it.</summary>
    public static ReadOnlyMemory<byte> ValueOf(CodeResult result)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body, RpcError.Readable);
        json.WriteStartObject();
        json.WriteNumber("exit_code"u8, result.ExitCode);
        json.WriteString(
            "ended"u8,
            result.Ending switch
            {
                CodeEnding.Exited => "by itself",
                CodeEnding.OutOfTime => "killed: its time ran out",
                CodeEnding.TooMuchOutput => "killed: it wrote far too much",
                _ => "unknown",
            }
        );
        json.WriteString("stdout"u8, TextOf(result.Output));
        json.WriteString("stderr"u8, TextOf(result.Error));
        WriteCut(json, "stdout_bytes"u8, result.Output);
        WriteCut(json, "stderr_bytes"u8, result.Error);
        json.WriteEndObject();
        json.Flush();
        return body.WrittenMemory;
    }

    private static void WriteCut(Utf8JsonWriter json, ReadOnlySpan<byte> name, CodeStream stream)
    {
        if (stream.IsCut)
        {
            json.WriteNumber(name, stream.Bytes);
        }
    }

    // A character that the cut went through is left off; other bytes that are no text become U+FFFD.
    private static string TextOf(CodeStream stream)
    {
        var kept = stream.Kept.Span;
        if (stream.IsCut)
        {
            var end = kept.Length;
            while (end > 0 && kept.Length - end < 3 && (kept[end - 1] & 0xC0) == 0x80)
            {
                end--;
            }

            if (
                end > 0
                && kept[end - 1] >= 0xC0
                && Rune.DecodeFromUtf8(kept[(end - 1)..], out _, out _) != OperationStatus.Done
            )
            {
                kept = kept[..(end - 1)];
            }
        }

        return Encoding.UTF8.GetString(kept);
    }

    private static void WriteTool(Utf8JsonWriter json, ToolServer server, CodeTerms terms)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, CodeTerms.Tool);
        json.WriteString("description"u8, Description(server, terms));
        json.WriteStartObject("inputSchema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        json.WriteStartObject("language"u8);
        json.WriteString("type"u8, "string"u8);
        json.WriteStartArray("enum"u8);
        foreach (var language in terms.Languages.Keys)
        {
            json.WriteStringValue(language);
        }

        json.WriteEndArray();
        json.WriteEndObject();
        WriteText(json, "code"u8, "The whole program, as the content of one file.");
        WriteText(json, "stdin"u8, "What it reads from standard input.");
        json.WriteEndObject();
        WriteNames(json, "required"u8, ["language", "code"]);
        json.WriteBoolean("additionalProperties"u8, false);
        json.WriteEndObject();
        json.WriteStartObject("outputSchema"u8);
        json.WriteString("type"u8, "object"u8);
        json.WriteStartObject("properties"u8);
        WriteNumber(json, "exit_code"u8, "Its exit code; 128 and the signal's number when a signal ended it.");
        WriteText(json, "ended"u8, "`by itself`, or why it was killed.");
        WriteText(json, "stdout"u8, "The beginning of standard output.");
        WriteText(json, "stderr"u8, "The beginning of standard error.");
        WriteNumber(json, "stdout_bytes"u8, "Bytes that it wrote there, when `stdout` is cut.");
        WriteNumber(json, "stderr_bytes"u8, "Bytes that it wrote there, when `stderr` is cut.");
        json.WriteEndObject();
        WriteNames(json, "required"u8, ["exit_code", "ended", "stdout", "stderr"]);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static string Description(ToolServer server, CodeTerms terms)
    {
        const string Fresh =
            "Runs code in a sandbox of its own that is new and empty for each call: nothing is kept from one call to the next.";
        var files = server.Workspace is null
            ? "It sees no files of the workspace; /workspace is an empty folder."
            : "It reads the workspace at /workspace and can't change it.";
        var hosts = server.Egress.IsEmpty
            ? "It has no network."
            : $"By TLS it reaches {string.Join(", ", server.Egress)}, and no other host.";
        var bounds = string.Create(
            CultureInfo.InvariantCulture,
            $"It is killed after {terms.Limits.WallClock.TotalSeconds:0} s; you get the first {terms.OutputBytes} bytes of each stream."
        );
        return $"{Fresh} {files} {hosts} {bounds}";
    }

    private static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> name, string says) =>
        WriteProperty(json, name, "string"u8, says);

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, string says) =>
        WriteProperty(json, name, "integer"u8, says);

    private static void WriteProperty(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        ReadOnlySpan<byte> type,
        string says
    )
    {
        json.WriteStartObject(name);
        json.WriteString("type"u8, type);
        json.WriteString("description"u8, says);
        json.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter json, ReadOnlySpan<byte> name, ReadOnlySpan<string> names)
    {
        json.WriteStartArray(name);
        foreach (var one in names)
        {
            json.WriteStringValue(one);
        }

        json.WriteEndArray();
    }
}
