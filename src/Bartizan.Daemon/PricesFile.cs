using Bartizan.Client;
using Bartizan.Core.Budgets;

namespace Bartizan.Daemon;

/// <summary>An instance's own <c>prices.yaml</c> before the table that ships with the product.</summary>
internal static class PricesFile
{
    /// <summary>Reads it.</summary>
    /// <exception cref="ControlException">When it stands there and can't be read: money isn't counted by half a table.</exception>
    public static PriceTable Read(string home)
    {
        var path = Path.Combine(home, PriceTable.FileName);
        if (!File.Exists(path))
        {
            return PriceTable.BuiltIn;
        }

        var (table, errors) = PriceTable.Load(File.ReadAllText(path), path);
        return table?.Before(PriceTable.BuiltIn)
            ?? throw new ControlException(
                new ControlProblem(
                    125,
                    $"{errors[0].Position}: {errors[0].Message}",
                    errors[0].Hint.Length > 0 ? errors[0].Hint : "mend the price table, or take it away"
                )
            );
    }
}
