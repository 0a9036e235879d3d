using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Sandbox.Native;

namespace Bartizan.Sandbox.Views;

/// <summary>
/// What the workspace was when the session started, kept beside the stage as JSON lines: a header, one line a path, and a last
/// line that counts them, so that a torn file is seen. It lies where no sandbox reaches.
/// </summary>
internal sealed class Baseline
{
    private const string Format = "bartizan-view/1";
    private const string FileName = "baseline.jsonl";
    private const int LineBytes = 64 * 1024; // a path of PATH_MAX with every character escaped, a link target likewise

    private readonly Dictionary<string, BaselineEntry> _entries;

    private Baseline(string source, Dictionary<string, BaselineEntry> entries)
    {
        Source = source;
        _entries = entries;
    }

    /// <summary>The workspace's real path on the host.</summary>
    public string Source { get; }

    public IReadOnlyCollection<BaselineEntry> Entries => _entries.Values;

    public BaselineEntry? Find(string path) => _entries.GetValueOrDefault(path);

    /// <summary>True when <paramref name="path"/>, or a directory above it, was left out.</summary>
    public bool Hides(string path)
    {
        for (var end = path.Length; end > 0; end = path.LastIndexOf('/', end - 1))
        {
            if (_entries.TryGetValue(path[..end], out var entry) && entry.LeftOut)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Writes the baseline; it is on stable storage under its name when this returns.</summary>
    public static Baseline Write(string folder, string source, IEnumerable<BaselineEntry> entries)
    {
        var kept = new Dictionary<string, BaselineEntry>(StringComparer.Ordinal);
        var temporary = Path.Combine(folder, FileName + ".new");
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 16))
        {
            using var line = new MemoryStream();
            using var json = new Utf8JsonWriter(line);
            Put(
                file,
                line,
                json,
                w =>
                {
                    w.WriteString("format", Format);
                    w.WriteString("source", source);
                }
            );
            foreach (var entry in entries)
            {
                kept[entry.Path] = entry;
                Put(file, line, json, w => WriteEntry(w, entry));
            }

            Put(file, line, json, w => w.WriteNumber("end", kept.Count));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, Path.Combine(folder, FileName), overwrite: true);
        using var directory = FileCalls.OpenRoot(folder, followLinks: true);
        FileCalls.Sync(directory);
        return new Baseline(source, kept);
    }

    /// <summary>Reads a baseline back.</summary>
    public static Baseline Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            throw new ViewException($"there is no view in `{folder}`: it was applied, discarded or never finished");
        }

        var entries = new Dictionary<string, BaselineEntry>(StringComparer.Ordinal);
        string? source = null;
        var ended = false;
        foreach (var line in File.ReadLines(path))
        {
            if (line.Length > LineBytes || ended)
            {
                throw Torn(path);
            }

            using var json = Parse(line, path);
            if (source is null)
            {
                source = ReadHeader(json.RootElement, path);
            }
            else if (json.RootElement.TryGetProperty("end", out var count))
            {
                ended = count.GetInt32() == entries.Count;
            }
            else
            {
                var entry = ReadEntry(json.RootElement);
                entries[entry.Path] = entry;
            }
        }

        return ended ? new Baseline(source!, entries) : throw Torn(path);
    }

    private static void Put(FileStream file, MemoryStream line, Utf8JsonWriter json, Action<Utf8JsonWriter> members)
    {
        line.SetLength(0);
        json.Reset();
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
        json.Flush();
        line.WriteByte((byte)'\n');
        line.WriteTo(file);
    }

    private static void WriteEntry(Utf8JsonWriter json, BaselineEntry entry)
    {
        json.WriteString("p", entry.Path);
        json.WriteNumber("k", (int)entry.Kind);
        if (entry.LeftOut)
        {
            return;
        }

        json.WriteNumber("m", entry.Mode);
        if (entry.Kind == NodeKind.Link)
        {
            json.WriteString("l", entry.LinkTarget);
        }

        if (entry.Kind == NodeKind.File)
        {
            json.WriteNumber("s", entry.Size);
            json.WriteString("d", entry.Digest.ToString());
            WriteIdentity(json, "h", entry.Host);
            WriteIdentity(json, "g", entry.Staged);
        }
    }

    private static void WriteIdentity(Utf8JsonWriter json, string name, NodeIdentity identity)
    {
        json.WriteStartArray(name);
        json.WriteNumberValue(identity.Inode);
        json.WriteNumberValue(identity.Size);
        json.WriteNumberValue(identity.Modified);
        json.WriteNumberValue(identity.Changed);
        json.WriteEndArray();
    }

    private static JsonDocument Parse(string line, string path)
    {
        try
        {
            return JsonDocument.Parse(line, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException)
        {
            throw Torn(path);
        }
    }

    private static string ReadHeader(JsonElement header, string path) =>
        header.TryGetProperty("format", out var format) && format.GetString() == Format
            ? header.GetProperty("source").GetString()!
            : throw new ViewException($"`{path}` is not of the format `{Format}`: it was written by another version");

    private static BaselineEntry ReadEntry(JsonElement json)
    {
        var kind = (NodeKind)json.GetProperty("k").GetInt32();
        var path = json.GetProperty("p").GetString()!;
        if (kind is not (NodeKind.File or NodeKind.Directory or NodeKind.Link))
        {
            return new BaselineEntry { Path = path, Kind = NodeKind.Nothing };
        }

        var entry = new BaselineEntry
        {
            Path = path,
            Kind = kind,
            Mode = json.GetProperty("m").GetUInt32(),
        };
        if (kind == NodeKind.Link)
        {
            return entry with { LinkTarget = json.GetProperty("l").GetString()! };
        }

        if (kind == NodeKind.Directory)
        {
            return entry;
        }

        if (!Digest.TryParse(json.GetProperty("d").GetString(), out var digest))
        {
            throw new ViewException($"the baseline's line for `{Visible.Text(path)}` holds no digest");
        }

        return entry with
        {
            Size = json.GetProperty("s").GetInt64(),
            Digest = digest,
            Host = ReadIdentity(json.GetProperty("h")),
            Staged = ReadIdentity(json.GetProperty("g")),
        };
    }

    private static NodeIdentity ReadIdentity(JsonElement json) =>
        new(json[0].GetUInt64(), json[1].GetInt64(), json[2].GetInt64(), json[3].GetInt64());

    private static ViewException Torn(string path) =>
        new(
            $"`{path}` is damaged, so what the session changed can't be told; the stage beside it still holds its files"
        );
}
