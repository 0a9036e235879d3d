using System.Globalization;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;

namespace Bartizan.Core.Retention;

/// <summary>The table of keys of <c>retention.yaml</c>, in the same terms as the manifest's.</summary>
internal static class RetentionShape
{
    /// <summary>The age of what isn't named.</summary>
    public const string Default = "default";

    /// <summary>The word for no end.</summary>
    public const string Forever = "forever";

    /// <summary>A century: more is a slip of the finger, and <c>forever</c> says it better.</summary>
    public const int MaxDays = 36_500;

    // Whole days only: `30m` that was meant as months would destroy within the hour.
    private static readonly Shape.Text s_age = new("days, such as `30d`, or `forever`")
    {
        MaxLength = 16,
        Expression = "^([0-9]+d|forever)$",
        Problem = text =>
            text == Forever || TryDays(text, out _)
                ? null
                : $"is neither a whole number of days up to {MaxDays}, such as `30d`, nor `forever`",
    };

    /// <summary>The file.</summary>
    public static Shape.Keys File { get; } =
        new([
            new ManifestKey(
                "apiVersion",
                new Shape.Choice("the format's version", [ManifestShape.ApiVersion]),
                "The format: `bartizan/v1`."
            )
            {
                Required = true,
            },
            new ManifestKey(
                "payloads",
                Ages(Enum.GetValues<PayloadClass>().Select(Word), "payloads"),
                "How long payloads are kept after their session's last entry."
            ),
            new ManifestKey(
                "entries",
                Ages(Enum.GetValues<EntryKind>().Where(kind => kind != EntryKind.Unknown).Select(Word), "entries"),
                "How long entries are kept; a session's from its last entry on."
            ),
            new ManifestKey(
                "archive",
                new Shape.Text("an absolute path")
                {
                    Problem = text => text.StartsWith('/') ? null : "is no absolute path",
                },
                "The directory that archives of pruned entries are put into."
            ),
            new ManifestKey("why", new Shape.Text("why so long") { MaxLength = 2000 }, "Why so long."),
        ]);

    /// <summary>Reads <c>30d</c> or <c>forever</c>; null for ever.</summary>
    public static TimeSpan? Age(string text) => TryDays(text, out var days) ? TimeSpan.FromDays(days) : null;

    /// <summary>A class or kind as the file has it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static Shape.Keys Ages(IEnumerable<string> words, string what) =>
        new([
            .. words
                .Append(Default)
                .Select(word => new ManifestKey(
                    word,
                    s_age,
                    word == Default
                        ? $"How long {what} that aren't named here are kept."
                        : $"How long `{word}` is kept."
                )),
        ]);

    private static bool TryDays(string text, out int days)
    {
        days = 0;
        return text.EndsWith('d')
            && int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out days)
            && days <= MaxDays;
    }
}
