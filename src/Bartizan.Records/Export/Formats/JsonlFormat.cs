using System.Buffers;
using System.Text.Json;
using Bartizan.Log.Tree;

namespace Bartizan.Records.Export.Formats;

/// <summary>
/// The entry's own JSON on one line: <c>{"key":…,"index":…,"log":…,"leaf":…,"entry":{…}}</c>. <c>entry</c> in the form of RFC 8785 is
/// the leaf, and <c>leaf</c> its hash in the tree: who has the line can check it against a checkpoint.
/// </summary>
public sealed class JsonlFormat : IEntryFormat
{
    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(entry);
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("key"u8, entry.Key);
        writer.WriteNumber("index"u8, entry.Row.Index);
        writer.WriteString("log"u8, entry.Row.Stamp.Emitter);
        writer.WriteString("leaf"u8, LeafHash(entry.Leaf.Span));
        writer.WritePropertyName("entry"u8);

        // Written anew and not copied: the leaf holds characters above ASCII as they are, some of which naive readers of lines
        // take for the end of one (U+0085, U+2028).
        using (var leaf = JsonDocument.Parse(entry.Leaf))
        {
            leaf.RootElement.WriteTo(writer);
        }

        writer.WriteEndObject();
    }

    /// <summary>The hash of a leaf in the tree, in hexadecimal.</summary>
    public static string LeafHash(ReadOnlySpan<byte> leaf)
    {
        Span<byte> hash = stackalloc byte[TreeHash.SizeBytes];
        TreeHash.Leaf(leaf, hash);
        return Convert.ToHexStringLower(hash);
    }
}
