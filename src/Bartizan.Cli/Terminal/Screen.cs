using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Sessions;

namespace Bartizan.Cli.Terminal;

/// <summary>
/// What the person sees: results on stdout, errors and progress on stderr. Colour only on a terminal and never under
/// <c>NO_COLOR</c>. The only place that writes to the console.
/// </summary>
internal static class Screen
{
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters =
        {
            new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower),
            new PlainTextConverter<SessionId>(),
            new PlainTextConverter<Digest>(),
        },
    };

    private static readonly JsonSerializerOptions JsonLineOptions = new(JsonOptions) { WriteIndented = false };

    private static bool Coloured { get; } =
        !Console.IsOutputRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));

    /// <summary>One line of a result.</summary>
    public static void Line(string text = "") => Console.Out.WriteLine(text);

    /// <summary>One line of a result, coloured when it is seen by a person.</summary>
    public static void Line(string text, Tone tone) => Console.Out.WriteLine(Paint(text, tone));

    /// <summary>Colours part of a line.</summary>
    public static string Paint(string text, Tone tone) =>
        !Coloured
            ? text
            : tone switch
            {
                Tone.Good => $"\e[32m{text}\e[0m",
                Tone.Bad => $"\e[31m{text}\e[0m",
                Tone.Quiet => $"\e[2m{text}\e[0m",
                Tone.Strong => $"\e[1m{text}\e[0m",
                _ => text,
            };

    /// <summary>A result as one JSON document.</summary>
    public static void Json<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    /// <summary>A result as one line of JSON.</summary>
    public static void JsonLine<T>(T value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, JsonLineOptions));

    /// <summary>Where a result goes that is bytes, not text.</summary>
    public static Stream Output() => Console.OpenStandardOutput();

    /// <summary>Progress of long work.</summary>
    public static void Note(string text) => Console.Error.WriteLine(text);

    /// <summary>What went wrong and what to do; returns <paramref name="code"/>.</summary>
    public static int Error(int code, string error, string? hint = null)
    {
        Console.Error.WriteLine($"error: {error}");
        if (!string.IsNullOrEmpty(hint))
        {
            Console.Error.WriteLine($"hint: {hint}");
        }

        return code;
    }

    /// <summary>
    /// Rows in columns as wide as their widest cell. Nothing from an agent reaches a terminal raw: control characters are
    /// escaped.
    /// </summary>
    public static void Table(IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = head.Select(
                (title, i) => Math.Max(title.Length, rows.Count == 0 ? 0 : rows.Max(r => Printable(r[i]).Length))
            )
            .ToArray();
        Line(Paint(Join(head), Tone.Strong));
        foreach (var row in rows)
        {
            Line(Join([.. row.Select(Printable)]));
        }

        string Join(IReadOnlyList<string> cells) =>
            string.Join("  ", cells.Select((cell, i) => i == cells.Count - 1 ? cell : cell.PadRight(widths[i])))
                .TrimEnd();
    }

    /// <summary>Text from outside, made safe for a terminal: controls, bidi and other format characters are escaped.</summary>
    public static string Printable(string text) =>
        string.Concat(
            text.EnumerateRunes()
                .Select(rune =>
                    System.Text.Rune.GetUnicodeCategory(rune)
                        is System.Globalization.UnicodeCategory.Control
                            or System.Globalization.UnicodeCategory.Format
                            or System.Globalization.UnicodeCategory.LineSeparator
                            or System.Globalization.UnicodeCategory.ParagraphSeparator
                            or System.Globalization.UnicodeCategory.PrivateUse
                        ? $"\\u{{{rune.Value:x}}}"
                        : rune.ToString()
                )
        );
}
