using System.Buffers;
using System.Globalization;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Exports;
using Bartizan.Records.Entries;
using Bartizan.Records.Export.Formats.Ocsf;

namespace Bartizan.Records.Export.Formats;

/// <summary>
/// RFC 5424: <c>&lt;PRI&gt;1 TIME HOST bartizan INSTANCE KIND [entry@PEN …] MESSAGE</c>, facility 13 (log audit). The entry stands in
/// the structured data, or in the message where that is CEF or JSON. In values <c>"</c>, <c>\</c> and <c>]</c> are escaped, and what
/// isn't printable is written as <c>\u{a}</c>. A message is at most 8,192 octets, so that no receiver cuts it in two: the second
/// half would be a message of the agent's making.
/// </summary>
internal sealed class SyslogFormat(SinkSettings settings) : IEntryFormat
{
    /// <summary>rsyslog's default; RFC 5425 asks receivers for it. A longer message may be split.</summary>
    public const int MaxMessageBytes = 8192;

    private const int Facility = 13 * 8;
    private const int MaxHostLength = 255;

    // Tried one after the other until the message fits; with the last even an entry with every list full does.
    private static readonly int[] s_textLengths = [2048, 512, 128, 48, LeastText];

    // With texts of this length the structured data fits whatever they hold: 27 of them, eleven octets a character.
    private const int LeastText = 16;

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        foreach (var length in s_textLengths)
        {
            var message = Message(entry, length);
            if (message.Length <= MaxMessageBytes)
            {
                output.Write(message);
                return;
            }
        }

        // Lists of dozens of names that CEF or JSON can't leave out: the entry as structured data.
        output.Write(Head(entry, LeastText, Parameters(entry, LeastText)));
    }

    private byte[] Message(ExportedEntry entry, int maxText)
    {
        if (settings.Format == SinkFormat.Syslog)
        {
            return Head(entry, maxText, Parameters(entry, maxText));
        }

        var inner = new ArrayBufferWriter<byte>();
        Inner(maxText).Write(entry, inner);
        return [.. Head(entry, maxText, Parameters(entry, maxText).Take(3), ""), .. " "u8, .. inner.WrittenSpan];
    }

    private IEntryFormat Inner(int maxText) =>
        settings.Format switch
        {
            SinkFormat.Cef => new CefFormat(maxText),
            _ => new OcsfFormat(maxText),
        };

    private byte[] Head(
        ExportedEntry exported,
        int maxText,
        IEnumerable<(string Name, string Value)> parameters,
        string? message = null
    )
    {
        var entry = exported.Entry;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"<{Facility + SeverityOf(exported.Severity)}>1 {exported.Row.Stamp.Time.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'} "
        );
        text.Append(Word(exported.Source.Host, MaxHostLength)).Append(" bartizan ");
        text.Append(Word(exported.Row.Stamp.Emitter, 128)).Append(' ');
        text.Append(EntryNames<EntryKind>.Of(entry.Kind));
        text.Append(CultureInfo.InvariantCulture, $" [entry@{settings.Enterprise}");
        foreach (var (name, value) in parameters)
        {
            text.Append(' ').Append(name).Append("=\"").Append(Escaped(value)).Append('"');
        }

        text.Append(']');
        if (message is null)
        {
            var words = entry.Target is { } target ? $"{exported.Title}: {target}" : exported.Title;
            text.Append(' ').Append(PlainText.Of(CutText.To(words, maxText)));
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    // What identifies an entry comes first.
    private static IEnumerable<(string Name, string Value)> Parameters(ExportedEntry exported, int maxText)
    {
        var entry = exported.Entry;
        yield return ("key", exported.Key);
        yield return ("index", exported.Row.Index.ToString(CultureInfo.InvariantCulture));
        yield return ("leaf", JsonlFormat.LeafHash(exported.Leaf.Span));
        (string Name, string? Value)[] rest =
        [
            ("session", entry.Session.ToString()),
            ("parent", entry.Parent.ToString()),
            ("agent", entry.Agent),
            ("person", entry.Person),
            ("verb", entry.Verb == Verb.Unknown ? null : EntryNames<Verb>.Of(entry.Verb)),
            ("target", entry.Target),
            ("decision", exported.Decision),
            ("verdict", entry.Verdict is { } verdict ? EntryNames<Effect>.Of(verdict) : null),
            ("outcome", entry.Outcome is { } outcome ? EntryNames<OutcomeKind>.Of(outcome) : null),
            ("detail", entry.Detail),
            ("reason", entry.Reason),
            ("rule", entry.Rules.IsDefaultOrEmpty ? null : entry.Rules[0].Text),
            ("needed", entry.Needed),
            ("policy", entry.Policy.ToString()),
            ("labels", string.Join(',', LabelNames.Of(entry.Labels))),
            ("credential", entry.Credential),
            ("point", entry.Point),
            ("observed", entry.Observed ? "true" : null),
            ("count", entry.Count > 1 ? entry.Count.ToString(CultureInfo.InvariantCulture) : null),
            ("lost", Number(entry.Lost)),
            ("bytes_in", Number(entry.Usage?.BytesIn)),
            ("bytes_out", Number(entry.Usage?.BytesOut)),
            ("input_tokens", Number(entry.Usage?.InputTokens)),
            ("output_tokens", Number(entry.Usage?.OutputTokens)),
        ];
        foreach (var (name, value) in rest)
        {
            if (!string.IsNullOrEmpty(value))
            {
                yield return (name, CutText.To(value, maxText));
            }
        }
    }

    private static string? Number(long? value) =>
        value is > 0 ? value.Value.ToString(CultureInfo.InvariantCulture) : null;

    // A header's field: printable ASCII without a space, `-` for none.
    private static string Word(string text, int maxLength)
    {
        var word = string.Concat(text.Select(c => c is > ' ' and <= '~' ? c : '?'));
        return word.Length == 0 ? "-" : CutAscii(word, maxLength);
    }

    private static string CutAscii(string word, int maxLength) => word.Length <= maxLength ? word : word[..maxLength];

    private static string Escaped(string value)
    {
        var plain = PlainText.Of(value);
        return plain.AsSpan().ContainsAny('\\', '"', ']')
            ? plain
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal)
                .Replace("]", "\\]", StringComparison.Ordinal)
            : plain;
    }

    private static int SeverityOf(EntrySeverity severity) =>
        severity switch
        {
            EntrySeverity.High => 3,
            EntrySeverity.Medium => 4,
            EntrySeverity.Low => 5,
            _ => 6,
        };
}
