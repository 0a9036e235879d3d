using System.Buffers;
using System.Globalization;
using System.Text;
using Bartizan.Records.Entries;

namespace Bartizan.Records.Export.Formats;

/// <summary>
/// Common Event Format, version 0: a header of seven fields and an extension of <c>key=value</c>. In the header <c>\</c> and
/// <c>|</c> are escaped, in values <c>\</c> and <c>=</c>; what isn't printable is written as <c>\u{a}</c>, so an entry is one line.
/// </summary>
public sealed class CefFormat : IEntryFormat
{
    /// <summary>Characters of one value; what is longer ends in an ellipsis, and the entry is in the log.</summary>
    public const int MaxValueLength = 1023;

    private readonly int _maxText;

    /// <summary>The format with its own bound on values.</summary>
    public CefFormat()
        : this(MaxValueLength) { }

    internal CefFormat(int maxText) => _maxText = Math.Min(maxText, MaxValueLength);

    /// <inheritdoc/>
    public void Write(ExportedEntry entry, IBufferWriter<byte> output)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var text = new StringBuilder("CEF:0");
        var kind = EntryNames<Core.Entries.EntryKind>.Of(entry.Entry.Kind);
        foreach (
            var field in (string[])
                [
                    ExportSource.Product,
                    ExportSource.Product,
                    entry.Source.Version,
                    kind,
                    entry.Title,
                    SeverityOf(entry.Severity),
                ]
        )
        {
            text.Append('|').Append(Escaped(field, '|'));
        }

        text.Append('|');
        WriteExtension(entry, text);
        output.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private void WriteExtension(ExportedEntry exported, StringBuilder text)
    {
        var entry = exported.Entry;
        var target = exported.Target;
        var first = true;
        Add("externalId", exported.Key);
        Add("rt", exported.Row.Stamp.Time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture));
        Add("dvchost", exported.Source.Host);
        Add("act", exported.Decision);
        Add("outcome", entry.Outcome is { } outcome ? EntryNames<Core.Enforcement.OutcomeKind>.Of(outcome) : null);
        Add("suser", entry.Person);
        Add("sproc", entry.Agent);
        Add("dhost", target.Host);
        Add("dpt", target.Port > 0 ? target.Port.ToString(CultureInfo.InvariantCulture) : null);
        Add("requestMethod", target.Method);
        Add(target.Method is null ? "filePath" : "request", entry.Target is null ? null : target.Name);
        Add("in", Count(entry.Usage?.BytesIn));
        Add("out", Count(entry.Usage?.BytesOut));
        Add("cnt", entry.Count > 1 ? entry.Count.ToString(CultureInfo.InvariantCulture) : null);
        Add("reason", entry.Reason);
        Add("msg", entry.Detail);
        Labelled("cs1", "session", entry.Session.ToString());
        Labelled("cs2", "rule", entry.Rules.IsDefaultOrEmpty ? null : entry.Rules[0].Text);
        Labelled("cs3", "policy", entry.Policy.ToString());
        Labelled("cs4", "labels", string.Join(',', LabelNames.Of(entry.Labels)));
        Labelled("cs5", "credential", entry.Credential);
        Labelled("cs6", "needed", entry.Needed);
        return;

        void Labelled(string key, string label, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Add(key + "Label", label);
                Add(key, value);
            }
        }

        void Add(string key, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                text.Append(first ? "" : " ").Append(key).Append('=').Append(Escaped(CutText.To(value, _maxText), '='));
                first = false;
            }
        }

        static string? Count(long? value) => value is > 0 ? value.Value.ToString(CultureInfo.InvariantCulture) : null;
    }

    private static string Escaped(string value, char also)
    {
        var plain = PlainText.Of(value);
        return plain.AsSpan().ContainsAny('\\', also)
            ? plain
                .Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace(also.ToString(), $"\\{also}", StringComparison.Ordinal)
            : plain;
    }

    private static string SeverityOf(EntrySeverity severity) =>
        severity switch
        {
            EntrySeverity.High => "8",
            EntrySeverity.Medium => "6",
            EntrySeverity.Low => "4",
            _ => "2",
        };
}
