using System.Collections.Immutable;

namespace Bartizan.Core.Queries;

/// <summary>
/// The settings of a connection that change what a statement means: whether <c>'01/02/2026'</c> is in January, when a day begins. They are
/// the same in each connection, so that what a person approved hits what it hit when it was shown.
/// </summary>
public static class SqlSettings
{
    /// <summary>The one setting that an agent chooses: a name that means nothing.</summary>
    public const string Name = "application_name";

    /// <summary>What they are.</summary>
    public static ImmutableSortedDictionary<string, string> Fixed { get; } =
        ImmutableSortedDictionary.CreateRange(
            StringComparer.OrdinalIgnoreCase,
            new Dictionary<string, string>
            {
                ["DateStyle"] = "ISO, MDY",
                ["extra_float_digits"] = "1",
                ["IntervalStyle"] = "postgres",
                ["TimeZone"] = "UTC",
            }
        );

    // What drivers say that leaves them as they are: `ISO` says nothing of the order, and any number of digits above none means the same.
    private static readonly ImmutableDictionary<string, string[]> s_same = ImmutableDictionary.CreateRange(
        StringComparer.OrdinalIgnoreCase,
        new Dictionary<string, string[]>
        {
            ["DateStyle"] = ["iso", "iso,mdy"],
            ["extra_float_digits"] = ["1", "2", "3"],
            ["IntervalStyle"] = ["postgres"],
            ["TimeZone"] = ["utc", "etc/utc", "gmt"],
        }
    );

    /// <summary>True when a setting stays what it is by this value of it.</summary>
    public static bool IsKept(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return Name.Equals(name, StringComparison.OrdinalIgnoreCase)
            || (
                s_same.TryGetValue(name, out var same)
                && value.Replace(" ", "", StringComparison.Ordinal).ToLowerInvariant() is var said
                && (said == "default" || same.Contains(said, StringComparer.Ordinal))
            );
    }
}
