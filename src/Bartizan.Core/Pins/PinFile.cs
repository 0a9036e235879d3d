using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Bartizan.Core.Approvals;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Pins;

/// <summary>
/// Reads and writes <c>agent.lock</c>: JSON of pure ASCII, one tool after the other in order, so that a diff in a review shows
/// what changed, invisible characters included. Every digest is computed again: a text that was edited by hand is no pin.
/// </summary>
public static class PinFile
{
    /// <summary>The largest file; a hundred servers fit.</summary>
    public const int MaxBytes = 32 << 20;

    /// <summary>Servers of one lock; a manifest with more can't be reviewed by anybody.</summary>
    public const int MaxServers = 256;

    /// <summary>Tools of one server, as many as the gateway keeps schemas of.</summary>
    public const int MaxTools = 4096;

    /// <summary>Files of one workspace that instruct agents.</summary>
    public const int MaxFiles = 4096;

    private static readonly JsonWriterOptions Pretty = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The file's text.</summary>
    public static string Write(PinLock pins)
    {
        ArgumentNullException.ThrowIfNull(pins);
        var body = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(body, Pretty))
        {
            json.WriteStartObject();
            json.WriteString("apiVersion"u8, ManifestShape.ApiVersion);
            json.WriteStartObject("servers"u8);
            foreach (var (name, server) in pins.Servers)
            {
                json.WriteStartObject(name);
                Write(json, "identities"u8, server.Identities.Select(one => (one.Digest, one.Text)));
                Write(
                    json,
                    "tools"u8,
                    server.Tools.Values.SelectMany(all => all).Select(one => (one.Digest, one.Text))
                );
                json.WriteEndObject();
            }

            json.WriteEndObject();
            if (pins.Workspace is { } files)
            {
                json.WriteStartObject("workspace"u8);
                foreach (var (path, digest) in files)
                {
                    json.WriteString(path, digest.ToString());
                }

                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return ToAscii(Encoding.UTF8.GetString(body.WrittenSpan)) + "\n";
    }

    /// <summary>Reads a file's text.</summary>
    public static PinLockLoad Load(string text, string file)
    {
        ArgumentNullException.ThrowIfNull(text);
        try
        {
            using var document = JsonDocument.Parse(
                text,
                new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = ToolDefinition.MaxDepth + 8 }
            );
            return new PinLockLoad(Read(document.RootElement), "");
        }
        catch (JsonException e)
        {
            return Wrong(file, $"is no JSON that can be read in one way (line {e.LineNumber + 1})");
        }
        catch (FormatException e)
        {
            return Wrong(file, e.Message);
        }
        catch (InvalidOperationException)
        {
            return Wrong(file, "holds a text that is no Unicode, or a value of the wrong kind");
        }
    }

    private static PinLockLoad Wrong(string file, string what) =>
        new(null, $"`{file}` {what}; nothing is pinned by it, so nothing is let through");

    private static PinLock Read(JsonElement root)
    {
        Only(root, "the file", "apiVersion", "servers", "workspace");
        if (!root.TryGetProperty("apiVersion", out var version) || version.ToString() != ManifestShape.ApiVersion)
        {
            throw new FormatException($"isn't of the version `{ManifestShape.ApiVersion}`");
        }

        var servers = ImmutableSortedDictionary.CreateBuilder<string, PinnedServer>(StringComparer.Ordinal);
        foreach (var server in Members(root, "servers", MaxServers))
        {
            servers[server.Name] = ReadServer(server.Name, server.Value);
        }

        return new PinLock
        {
            Servers = servers.ToImmutable(),
            Workspace = root.TryGetProperty("workspace", out _)
                ? Members(root, "workspace", MaxFiles)
                    .ToImmutableSortedDictionary(f => f.Name, f => ReadDigest(f.Value), StringComparer.Ordinal)
                : null,
        };
    }

    private static PinnedServer ReadServer(string name, JsonElement value)
    {
        Only(value, $"`{ShownText.Of(name)}`", "identities", "tools");
        var server = PinnedServer.Nothing;
        foreach (var (digest, text) in Pins(value, "identities"))
        {
            var identity = ServerIdentity.Read(text);
            server =
                identity?.Digest == digest
                    ? server.With(identity)
                    : throw new FormatException(
                        $"holds an identity of `{ShownText.Of(name)}` that isn't what its sha256 says"
                    );
        }

        foreach (var (digest, text) in Pins(value, "tools"))
        {
            var tool = ToolDefinition.Read(text) ?? throw new FormatException("holds a tool without a name");
            server =
                tool.Digest == digest
                    ? server.With(tool)
                    : throw new FormatException(
                        $"holds `{ShownText.Bounded($"{name}/{tool.Name}")}`, whose definition isn't what its sha256 says"
                    );
        }

        return server;
    }

    private static IEnumerable<(Digest Digest, string Text)> Pins(JsonElement server, string name)
    {
        if (!server.TryGetProperty(name, out var list) || list.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"has a server without its list `{name}`");
        }

        if (list.GetArrayLength() > MaxTools)
        {
            throw new FormatException(
                string.Create(CultureInfo.InvariantCulture, $"pins more than {MaxTools} tools of a server")
            );
        }

        foreach (var pin in list.EnumerateArray())
        {
            Only(pin, "a pin", "sha256", "definition");
            if (!pin.TryGetProperty("sha256", out var digest) || !pin.TryGetProperty("definition", out var text))
            {
                throw new FormatException("has a pin without `sha256` or `definition`");
            }

            yield return (ReadDigest(digest), text.GetRawText());
        }
    }

    private static Digest ReadDigest(JsonElement value) =>
        value.ValueKind == JsonValueKind.String && Digest.TryParse(value.GetString(), out var digest)
            ? digest
            : throw new FormatException("has a sha256 that isn't 64 hexadecimal digits");

    private static JsonElement.ObjectEnumerator Members(JsonElement root, string name, int most)
    {
        if (!root.TryGetProperty(name, out var members) || members.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"has no map `{name}`");
        }

        return members.GetPropertyCount() <= most
            ? members.EnumerateObject()
            : throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"has more than {most} `{name}`"));
    }

    private static void Only(JsonElement value, string what, params ReadOnlySpan<string> known)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"has something else than a map as {what}");
        }

        foreach (var member in value.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new FormatException($"has the unknown key `{ShownText.Bounded(member.Name)}` in {what}");
            }
        }
    }

    private static void Write(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        IEnumerable<(Digest Digest, string Text)> pins
    )
    {
        json.WriteStartArray(name);
        foreach (var (digest, text) in pins)
        {
            json.WriteStartObject();
            json.WriteString("sha256"u8, digest.ToString());
            json.WritePropertyName("definition"u8);
            JsonElement.Parse(text).WriteTo(json);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    // Outside of texts JSON is ASCII, so every other character stands in one and can be escaped where it is.
    private static string ToAscii(string json)
    {
        var ascii = new StringBuilder(json.Length);
        foreach (var c in json)
        {
            _ = c is < '\x7f' ? ascii.Append(c) : ascii.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }

        return ascii.ToString();
    }
}
