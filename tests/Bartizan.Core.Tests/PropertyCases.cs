using System.Globalization;

namespace Bartizan.Core.Tests;

/// <summary>How many cases a property is tried on: a modest number in each run, <c>bench/soak/properties.sh</c> says more.</summary>
internal static class PropertyCases
{
    public static int Or(int modest) =>
        Environment.GetEnvironmentVariable("BARTIZAN_PROPERTY_CASES") is { Length: > 0 } said
            ? int.Parse(said, CultureInfo.InvariantCulture)
            : modest;
}
