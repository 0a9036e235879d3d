using Bartizan.Core.Policies;
using Bartizan.Core.Ports;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Enforcement;

/// <summary>
/// Labels on their way through stores behind tools: out with what a labelled session writes, in with what any session reads. Where nobody
/// keeps them, nothing is written, and what is read carries every label.
/// </summary>
internal static class StoreFlow
{
    private const Labels All = Labels.Untrusted | Labels.Private | Labels.Secret;

    /// <summary>Keeps the labels of what an action writes; a denial when that can't be.</summary>
    public static Decision? Keep(Session session, AgentAction action, IStoreLabels? stores)
    {
        var labels = session.Labels;
        if (
            labels == Labels.None
            || action.Target is not ToolTarget tool
            || session.Policy.Stores?.WrittenBy(tool, action.Arguments) is not { } keys
        )
        {
            return null;
        }

        const string Unkept = "the labels of what it writes can't be kept";
        try
        {
            if (stores is null)
            {
                return Decision.Deny(Unkept);
            }

            stores.Add(StoreTable.StoreOf(session.Manifest, tool.Server), keys, labels);
            return null;
        }
        catch (Exception)
        {
            return Decision.Deny(Unkept);
        }
    }

    /// <summary>Puts the labels of what an action has read on its session, before the agent has it; returns them.</summary>
    public static Labels Take(Session session, AgentAction action, ToolTarget tool, IStoreLabels? stores)
    {
        if (session.Policy.Stores?.ReadBy(tool, action.Arguments) is not { } keys)
        {
            return Labels.None;
        }

        Labels labels;
        try
        {
            labels = stores?.Of(StoreTable.StoreOf(session.Manifest, tool.Server), keys) ?? All;
        }
        catch (Exception)
        {
            labels = All;
        }

        if (labels != Labels.None)
        {
            session.AddLabels(labels, $"what another put there, read by {ActionDecisions.Named(action)}");
        }

        return labels;
    }
}
