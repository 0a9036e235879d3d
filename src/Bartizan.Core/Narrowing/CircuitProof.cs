using System.Globalization;
using Bartizan.Core.Circuits;

namespace Bartizan.Core.Narrowing;

/// <summary>
/// When the second stops an agent, the first must stop it no later and for no shorter. Windows of different lengths aren't
/// compared: neither of them stops whatever the other stops.
/// </summary>
internal sealed class CircuitProof(string nameOfFirst, string nameOfSecond)
{
    /// <summary>Everything in which the first goes on where the second stops.</summary>
    public IEnumerable<Excess> Find(Circuit? a, Circuit? b)
    {
        if (b is null)
        {
            yield break;
        }

        if (a is null)
        {
            yield return More("", "not set", "set");
            yield break;
        }

        foreach (
            var (what, more, first, second) in new[]
            {
                (".errors", a.ErrorsPerMille > b.ErrorsPerMille, $"{a.ErrorsPerMille}", $"{b.ErrorsPerMille}"),
                (".at_least", a.AtLeast > b.AtLeast, $"{a.AtLeast}", $"{b.AtLeast}"),
                (".window", a.Window != b.Window, $"{a.Window}", $"{b.Window}"),
                (".cool_down", a.CoolDown < b.CoolDown, $"{a.CoolDown}", $"{b.CoolDown}"),
                (".slow", b.Slow is not null && !(a.Slow <= b.Slow), $"{a.Slow}", $"{b.Slow}"),
                (
                    ".refusals",
                    b.Refusals is not null && !(a.Refusals <= b.Refusals),
                    Count(a.Refusals),
                    Count(b.Refusals)
                ),
            }
        )
        {
            if (more)
            {
                yield return More(what, first.Length > 0 ? first : "not set", second);
            }
        }
    }

    private static string Count(int? count) => count?.ToString(CultureInfo.InvariantCulture) ?? "";

    private Excess More(string what, string first, string second) =>
        new(ExcessKind.Budget, $"`circuit{what}` is {first} in {nameOfFirst} and {second} in {nameOfSecond}")
        {
            IsCertain = true,
        };
}
