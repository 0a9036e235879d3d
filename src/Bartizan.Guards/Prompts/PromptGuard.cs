using System.Runtime.CompilerServices;
using System.Text;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Entries;
using Bartizan.Core.Manifests;
using Bartizan.Core.Sessions;
using Bartizan.Guards.Contents;

namespace Bartizan.Guards.Prompts;

/// <summary>
/// Notices a system prompt that leaks, in two ways: by the canary that the model gateway puts into it, in every form that a session's
/// credentials are sought in, and by pieces of its own text, of which only keyed hashes are kept.
/// </summary>
internal static class PromptGuard
{
    /// <summary>Goes up whenever what is found changes.</summary>
    public const string Version = "1";

    private static readonly ConditionalWeakTable<Session, KnownPrompts> s_known = [];

    /// <summary>True when a manifest asks for it.</summary>
    public static bool IsAsked(GuardTerms terms) => terms is not { Canaries: null, SystemPrompt: null };

    /// <summary>What is looked for in one answer; null when nothing is.</summary>
    public static PromptLook? LookFor(Session session)
    {
        var terms = session.Manifest.Guards;
        return terms is not null && IsAsked(terms) ? new PromptLook(Of(session), terms) : null;
    }

    /// <summary>Remembers the system prompt of a request to a model.</summary>
    public static void Remember(Session session, GuardTerms terms, AgentAction action)
    {
        if (terms.SystemPrompt is not null && action.Target.Verb == Verb.Model)
        {
            foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
            {
                foreach (var text in SystemTexts.Of(payload.Content))
                {
                    Of(session).Text.Add(text);
                }
            }
        }
    }

    /// <summary>Looks at what an action sends to somebody else than a model.</summary>
    public static void At(Verdicts verdicts, Session session, AgentAction action)
    {
        if (action.Target.Verb == Verb.Model || LookFor(session) is not { } look)
        {
            return;
        }

        foreach (var payload in action.Payloads.IsDefault ? [] : action.Payloads)
        {
            At(look, payload);
        }

        if (action.Target is HttpTarget or ConnectTarget)
        {
            look.See(action.Target.Text);

            // A name's labels go on where the one before ended.
            look.See(action.Target.Text.Replace(".", "", StringComparison.Ordinal));
        }

        look.Tell(verdicts);
    }

    private static void At(PromptLook look, Payload payload)
    {
        var raw = Encoding.UTF8.GetString(payload.Content.Span);
        look.SeeRaw(raw);
        if (raw.Contains('+', StringComparison.Ordinal))
        {
            look.See(raw.Replace('+', ' '));
        }

        foreach (var (_, text) in PayloadTexts.Of(payload, isModel: false))
        {
            look.See(text);
        }
    }

    private static KnownPrompts Of(Session session) => s_known.GetValue(session, one => new KnownPrompts(one));
}
