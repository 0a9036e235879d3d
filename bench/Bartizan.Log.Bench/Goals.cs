using System.Globalization;

namespace Bartizan.Log.Bench;

/// <summary>What was promised, what was measured, and whether that is enough.</summary>
internal sealed class Goals
{
    private readonly List<string> _rows = [];

    /// <summary>A value that must be at least the bound.</summary>
    public void AtLeast(string what, double bound, double measured, string unit) =>
        Add(what, $"≥ {Number(bound)} {unit}", $"{Number(measured)} {unit}", measured >= bound);

    /// <summary>A value that must be at most the bound.</summary>
    public void AtMost(string what, double bound, double measured, string unit) =>
        Add(what, $"≤ {Number(bound)} {unit}", $"{Number(measured)} {unit}", measured <= bound);

    /// <summary>Prints the table.</summary>
    public void Print()
    {
        Console.WriteLine("\n| goal | bound | measured | |");
        Console.WriteLine("|---|---|---|---|");
        foreach (var row in _rows)
        {
            Console.WriteLine(row);
        }
    }

    private static string Number(double value) =>
        value.ToString(value >= 100 ? "N0" : "0.##", CultureInfo.InvariantCulture);

    private void Add(string what, string bound, string measured, bool pass) =>
        _rows.Add($"| {what} | {bound} | {measured} | {(pass ? "pass" : "**miss**")} |");
}
