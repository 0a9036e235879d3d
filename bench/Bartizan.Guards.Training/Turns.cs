using System.Collections.Immutable;
using System.Diagnostics;

namespace Bartizan.Guards.Training;

/// <summary>
/// Measures steps in turns: round after round over all of them, the fastest of each kept. What else runs on a machine then slows some
/// rounds of every step, and not all rounds of one.
/// </summary>
/// <param name="Rounds">How many rounds there were.</param>
/// <param name="Fastest">Seconds of each step.</param>
internal sealed record Turns(int Rounds, ImmutableArray<double> Fastest)
{
    /// <summary>Rounds that there are in any case.</summary>
    private const int LeastRounds = 7;

    /// <summary>Rounds in which everything is compiled as it stays.</summary>
    private const int Warm = 40;

    /// <summary>What is quicker than that has several runs in its turn, so that it finds its text near again.</summary>
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(3);

    private static readonly TimeSpan _warmTurn = TimeSpan.FromMilliseconds(1);

    /// <summary>Measures for about a time.</summary>
    public static Turns Of(ImmutableArray<Action> steps, TimeSpan measured)
    {
        var fastest = new double[steps.Length];
        Array.Fill(fastest, double.MaxValue);
        var began = Stopwatch.GetTimestamp();
        for (var round = 0; round < Warm && (round < 2 || Stopwatch.GetElapsedTime(began) < measured / 3); round++)
        {
            foreach (var step in steps)
            {
                Turn(step, _warmTurn);
            }
        }

        began = Stopwatch.GetTimestamp();
        var rounds = 0;
        for (; rounds < LeastRounds || Stopwatch.GetElapsedTime(began) < measured; rounds++)
        {
            for (var at = 0; at < steps.Length; at++)
            {
                fastest[at] = Math.Min(fastest[at], Turn(steps[at], _turn));
            }
        }

        return new Turns(rounds, [.. fastest]);
    }

    private static double Turn(Action step, TimeSpan least)
    {
        var fastest = double.MaxValue;
        var began = Stopwatch.GetTimestamp();
        do
        {
            var start = Stopwatch.GetTimestamp();
            step();
            fastest = Math.Min(fastest, Stopwatch.GetElapsedTime(start).TotalSeconds);
        } while (Stopwatch.GetElapsedTime(began) < least);

        return fastest;
    }
}
