using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export.Formats.Ocsf;

/// <summary>Writes members; what is empty is left out, since the schema has no empty texts.</summary>
internal sealed class OcsfWriter(Utf8JsonWriter json, int maxText)
{
    /// <summary>The JSON underneath.</summary>
    public Utf8JsonWriter Json => json;

    /// <summary>A text from anywhere.</summary>
    public void Text(ReadOnlySpan<byte> name, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            json.WriteString(name, CutText.To(text, maxText));
        }
    }

    /// <summary>A list of texts.</summary>
    public void Texts(ReadOnlySpan<byte> name, ImmutableArray<string> texts)
    {
        if (texts.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray(name);
        foreach (var text in texts)
        {
            json.WriteStringValue(CutText.To(text, maxText));
        }

        json.WriteEndArray();
    }

    /// <summary>This product.</summary>
    public void Product(ReadOnlySpan<byte> name, ExportSource source)
    {
        json.WriteStartObject(name);
        json.WriteString("name"u8, ExportSource.Product);
        json.WriteString("vendor_name"u8, ExportSource.Product);
        json.WriteString("version"u8, source.Version);
        json.WriteEndObject();
    }

    /// <summary>The commitments to payloads; their content stays where it is.</summary>
    public void Payloads(ImmutableArray<PayloadReference> payloads)
    {
        if (payloads.IsDefaultOrEmpty)
        {
            return;
        }

        json.WriteStartArray("payloads"u8);
        foreach (var payload in payloads)
        {
            json.WriteStartObject();
            json.WriteString("role"u8, payload.Role);
            json.WriteString("media"u8, CutText.To(payload.MediaType, maxText));
            json.WriteNumber("size"u8, payload.Size);
            json.WriteString("commit"u8, payload.Commitment.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
