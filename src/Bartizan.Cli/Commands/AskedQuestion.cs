using System.Globalization;
using System.Text.Json;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Cli.Commands;

/// <summary>A question, written as <c>decide</c> and <c>explain</c> take it, so that a counterexample can be asked again.</summary>
internal static class AskedQuestion
{
    private const string PlainCharacters = "_-./:@=,+";

    /// <summary>As <c>decide</c> takes it.</summary>
    public static JsonElement JsonOf(Question asked)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("action", ActionOf(asked));
            if (asked.Arguments.ValueKind == JsonValueKind.Object)
            {
                writer.WritePropertyName("args");
                asked.Arguments.WriteTo(writer);
            }

            if (asked.Person is { } person)
            {
                writer.WriteString("user", person);
            }

            if (asked.Labels is { } labels)
            {
                writer.WriteStartArray("labels");
                foreach (var label in WordsOf(labels))
                {
                    writer.WriteStringValue(label);
                }

                writer.WriteEndArray();
            }

            if (asked.Time is { } time)
            {
                writer.WriteString("time", TextOf(time));
            }

            writer.WriteEndObject();
        }

        using var json = JsonDocument.Parse(buffer.ToArray());
        return json.RootElement.Clone();
    }

    /// <summary>
    /// As <c>explain</c> takes it; null where it can't say it: that a call has no arguments at all, or one twice.
    /// </summary>
    public static string? ExplainOf(Question asked)
    {
        List<string> words = ["explain", .. ActionOf(asked).Split(' ', 2)];
        if (asked.Arguments.ValueKind == JsonValueKind.Object)
        {
            var members = asked.Arguments.EnumerateObject().ToList();
            var names = members.ConvertAll(m => m.Name);
            if (
                names.Count == 0
                || names.Exists(n => n.Contains('=', StringComparison.Ordinal))
                || names.Distinct(StringComparer.Ordinal).Count() < names.Count
            )
            {
                return null;
            }

            words.AddRange(members.SelectMany(m => new[] { "--arg", $"{m.Name}={m.Value.GetRawText()}" }));
        }

        if (asked.Person is { } person)
        {
            words.AddRange(["--user", person]);
        }

        if (asked.Labels is { } labels)
        {
            words.AddRange(
                labels == Labels.None ? ["--label", "none"] : WordsOf(labels).SelectMany(l => new[] { "--label", l })
            );
        }

        if (asked.Time is { } time)
        {
            words.AddRange(["--time", TextOf(time)]);
        }

        return string.Join(' ', words.Select((w, i) => i == 2 ? w : Quoted(w)));
    }

    private static string ActionOf(Question asked) =>
        $"{asked.Target.Verb.ToString().ToLowerInvariant()} {asked.Target.Text}";

    private static IEnumerable<string> WordsOf(Labels labels) =>
        Enum.GetValues<Labels>()
            .Where(l => l != Labels.None && labels.HasFlag(l))
            .Select(l => l.ToString().ToLowerInvariant());

    private static string TextOf(DateTimeOffset time) =>
        time.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture);

    // For a POSIX shell.
    private static string Quoted(string word) =>
        word.Length > 0
        && word.All(c => char.IsAsciiLetterOrDigit(c) || PlainCharacters.Contains(c, StringComparison.Ordinal))
            ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
