using Bartizan.Client;
using Bartizan.Core.Entries;
using Bartizan.Log.Witnessing;
using Bartizan.Records.Journals;

namespace Bartizan.Daemon.Witnessing;

/// <summary>
/// The witnesses of this instance's log: <c>witnesses.policy</c> in the state directory, in the format of C2SP tlog-policy. Without the
/// file there are none, and a rule that demands them denies.
/// </summary>
internal static class Witnesses
{
    /// <summary>The policy's file.</summary>
    public const string FileName = "witnesses.policy";

    private const int Invalid = 3;

    /// <summary>Reads the policy; null when there is none.</summary>
    /// <exception cref="ControlException">When it can't be meant like this.</exception>
    public static WitnessPolicy? Load(StateDirectory state)
    {
        var path = Path.Combine(state.Home, FileName);
        if (!File.Exists(path))
        {
            return null;
        }

        WitnessPolicy policy;
        try
        {
            policy = WitnessPolicy.Load(path);
        }
        catch (WitnessPolicyException e)
        {
            throw new ControlException(new ControlProblem(Invalid, e.Message, "the format is C2SP tlog-policy"));
        }

        if (policy.Quorum == WitnessPolicy.None)
        {
            throw new ControlException(
                new ControlProblem(
                    Invalid,
                    $"`{path}` has `quorum none`: it would call everything witnessed",
                    "name a witness or a group; without witnesses, take the file away"
                )
            );
        }

        if (policy.Witnesses.FirstOrDefault(witness => witness.Url is null) is { } nowhere)
        {
            throw new ControlException(
                new ControlProblem(
                    Invalid,
                    $"the witness `{nowhere.Name}` in `{path}` has no address",
                    "write its submission prefix behind its key"
                )
            );
        }

        return policy;
    }

    /// <summary>Starts having the log witnessed; alarms become entries.</summary>
    public static WitnessRounds Start(
        WitnessPolicy policy,
        StateDirectory state,
        Journal journal,
        Action<string> say,
        TimeProvider clock
    )
    {
        if (!policy.Logs.IsEmpty && !policy.Logs.Any(log => log.Key.ToString() == journal.Log.Verifier.ToString()))
        {
            throw new ControlException(
                new ControlProblem(
                    Invalid,
                    $"`{Path.Combine(state.Home, FileName)}` names logs, and this instance's is not among them",
                    $"its key is `{journal.Log.Verifier}`"
                )
            );
        }

        return new WitnessRounds(
            journal.Log,
            state.Log,
            policy,
            async (alarm, cancellationToken) =>
            {
                say(alarm);
                await journal
                    .AppendAsync(new Entry { Kind = EntryKind.Instance, Detail = alarm }, cancellationToken)
                    .ConfigureAwait(false);
            },
            clock,
            new WitnessRoundOptions()
        );
    }

    /// <summary>How witnessing is, for the control API.</summary>
    public static WitnessingReply Describe(WitnessingStatus status) =>
        new()
        {
            Quorum = status.Quorum,
            Witnessed = status.Witnessed,
            Published = status.Published,
            LagSeconds = Math.Round(status.Lag.TotalSeconds, 1),
            Alarm = status.Alarm,
            Witnesses = [.. status.Witnesses.Select(one => new WitnessLine(one.Name, one.Key, one.Size, one.Problem))],
        };
}
