using Bartizan.Core.Flow;
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
    public static Decision? Keep(Session session, AgentAction action, IStoreLabels? stores) =>
        action.Target is ToolTarget tool && session.Policy.Stores?.WrittenBy(tool, action.Arguments) is { } keys
            ? Keep(session, tool.Server, KeysOf(action, keys), stores)
            : null;

    /// <summary>
    /// The same for what a session tells a server beside an action's arguments, an answer to its question: it may be written under any key.
    /// </summary>
    public static Decision? KeepTold(Session session, string server, IStoreLabels? stores) =>
        session.Policy.Stores?.MayWrite(server) == true ? Keep(session, server, StoreKeys.Any, stores) : null;

    private static Decision? Keep(Session session, string server, StoreKeys keys, IStoreLabels? stores)
    {
        const string Unkept = "the labels of what it writes can't be kept";

        // INVARIANT: what it ever read: a person's word about a label doesn't undo what a fooled agent holds.
        var labels = session.CarriedLabels | session.Payer.CarriedLabels;
        if (labels == Labels.None)
        {
            return null;
        }

        try
        {
            if (stores is null)
            {
                return Decision.Deny(Unkept);
            }

            stores.Add(StoreTable.StoreOf(session.Manifest, server), keys, labels);
            return null;
        }
        catch (Exception)
        {
            return Decision.Deny(Unkept);
        }
    }

    /// <summary>The labels of what an action has read.</summary>
    public static Labels Read(Session session, AgentAction action, ToolTarget tool, IStoreLabels? stores)
    {
        if (session.Policy.Stores?.ReadBy(tool, action.Arguments) is not { } keys)
        {
            return Labels.None;
        }

        try
        {
            return stores?.Of(StoreTable.StoreOf(session.Manifest, tool.Server), KeysOf(action, keys)) ?? All;
        }
        catch (Exception)
        {
            return All;
        }
    }

    // What a call says beside its arguments may name another key.
    private static StoreKeys KeysOf(AgentAction action, StoreKeys keys) =>
        action.SaysMore ? keys with { IsWhole = true } : keys;
}
