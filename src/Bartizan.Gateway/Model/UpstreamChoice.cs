using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Sessions;

namespace Bartizan.Gateway.Model;

/// <summary>
/// Which of a manifest's upstreams a call goes to: one that speaks the wire format and, where several do, the first by name
/// whose rules don't deny the model. The monitor decides all the same.
/// </summary>
internal static class UpstreamChoice
{
    /// <summary>Chooses for one model.</summary>
    public static (ModelUpstream? Upstream, ModelTarget Target) For(
        Session session,
        ModelApi api,
        string model,
        DateTimeOffset now
    )
    {
        ModelUpstream? first = null;
        foreach (var upstream in Speaking(session, api))
        {
            first ??= upstream;
            var target = new ModelTarget(upstream.Name, model);
            if (session.Policy.Screen(target, Circumstances.Of(session, now)).Effect != Effect.Deny)
            {
                return (upstream, target);
            }
        }

        return (first, new ModelTarget(first?.Name ?? Name(api), model));
    }

    /// <summary>
    /// Chooses for a listing, which has no model: the target is the pattern of a rule that allows some model there. A pattern
    /// matches itself, so the monitor decides it by that rule.
    /// </summary>
    public static (ModelUpstream? Upstream, ModelTarget Target) ForList(
        Session session,
        ModelApi api,
        DateTimeOffset now
    )
    {
        var upstreams = Speaking(session, api).ToImmutableArray();
        foreach (var upstream in upstreams)
        {
            foreach (var pattern in Patterns(session, upstream.Name))
            {
                var target = new ModelTarget(upstream.Name, pattern);
                if (session.Policy.Screen(target, Circumstances.Of(session, now)).Effect != Effect.Deny)
                {
                    return (upstream, target);
                }
            }
        }

        var first = upstreams.FirstOrDefault();
        return (first, new ModelTarget(first?.Name ?? Name(api), "*"));
    }

    /// <summary>The wire format of a path that belongs to both: what the request looks like, or the only one there is.</summary>
    public static ModelApi ApiOf(Session session, ModelApi preferred)
    {
        if (preferred == ModelApi.Gemini)
        {
            return preferred;
        }

        var other = preferred == ModelApi.Anthropic ? ModelApi.OpenAI : ModelApi.Anthropic;
        return !Speaking(session, preferred).Any() && Speaking(session, other).Any() ? other : preferred;
    }

    private static IEnumerable<ModelUpstream> Speaking(Session session, ModelApi api) =>
        session
            .Manifest.Models.Values.Where(upstream => upstream.Api == api)
            .OrderBy(upstream => upstream.Name, StringComparer.Ordinal);

    private static IEnumerable<string> Patterns(Session session, string provider)
    {
        var start = provider + "/";
        foreach (var rule in session.Manifest.Layers.SelectMany(layer => layer.Rules))
        {
            if (
                rule is { Effect: not Effect.Deny, Verb: Verb.Model }
                && rule.Pattern.StartsWith(start, StringComparison.Ordinal)
            )
            {
                yield return FirstAlternative(rule.Pattern[start.Length..]);
            }
        }

        yield return "*";
    }

    private static string FirstAlternative(string pattern)
    {
        while (
            pattern.IndexOf('{', StringComparison.Ordinal) is >= 0 and var open
            && pattern.IndexOf('}', open) is > 0 and var close
        )
        {
            var first = pattern[(open + 1)..close].Split(',')[0];
            pattern = pattern[..open] + first + pattern[(close + 1)..];
        }

        return pattern;
    }

    private static string Name(ModelApi api) =>
        api switch
        {
            ModelApi.Anthropic => "anthropic",
            ModelApi.Gemini => "gemini",
            _ => "openai",
        };
}
