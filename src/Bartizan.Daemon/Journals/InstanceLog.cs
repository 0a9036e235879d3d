using Bartizan.Client;
using Bartizan.Log;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Journals;

/// <summary>Opens the log of an instance. One that can't be trusted is left as it is, and nothing starts.</summary>
internal static class InstanceLog
{
    /// <summary>Opens it.</summary>
    /// <exception cref="ControlException">It can't be trusted.</exception>
    public static async Task<Journal> OpenAsync(
        StateDirectory state,
        WitnessPolicy? witnesses,
        TimeProvider clock,
        CancellationToken cancellationToken
    )
    {
        try
        {
            var options = JournalOptions.In(state.Home);
            options = options with { Log = options.Log with { Cosignatures = witnesses } };
            return await Journal.OpenAsync(options, clock, cancellationToken).ConfigureAwait(false);
        }
        catch (LogInconsistentException e)
        {
            throw new ControlException(
                new ControlProblem(
                    125,
                    $"the log can't be trusted: {e.Message}",
                    $"keep `{state.Home}` as it is; `bartizan log verify --path {state.Home}` says more"
                )
            );
        }
    }
}
