using Bartizan.Core.Ports;

namespace Bartizan.Core.Enforcement;

/// <summary>Waits for the witnesses that a rule demands.</summary>
internal static class Witnessing
{
    /// <summary>Null when enough witnesses co-signed an entry in time, else why not.</summary>
    public static async ValueTask<string?> LackAsync(
        IJournal journal,
        long index,
        MonitorOptions options,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await journal
                .WaitWitnessedAsync(index, cancellationToken)
                .WaitAsync(options.WitnessWithin, clock, cancellationToken)
                .ConfigureAwait(false);
            return null;
        }
        catch (TimeoutException)
        {
            return "its rule demands witnesses, and they did not co-sign its record in time";
        }
        catch (IOException)
        {
            return "its rule demands witnesses, and this instance has none that could co-sign its record";
        }
    }
}
