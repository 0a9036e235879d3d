using System.Collections.Immutable;
using System.Text.Json;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Control.AuthZen;

/// <summary>
/// Answers the Authorization API from the policies of live sessions. A subject is a <c>session</c> by its id or an <c>agent</c>
/// by its name (its newest session answers); an action's name is a verb, a resource's id the target as a rule would name it and
/// its type that verb's kind of target. Whoever and whatever is not known is denied.
/// </summary>
internal sealed class DecisionPoint(IInstance instance, TimeProvider clock)
{
    /// <summary>More questions than an enforcement point has at once; each takes microseconds.</summary>
    public const int MaxEvaluations = 1000;

    /// <summary>What a resource's <c>type</c> says, by the verb.</summary>
    private static readonly ImmutableDictionary<string, string> s_kinds = new Dictionary<string, string>(
        StringComparer.Ordinal
    )
    {
        ["model"] = "model",
        ["tool"] = "tool",
        ["http"] = "url",
        ["connect"] = "host",
        ["read"] = "path",
        ["write"] = "path",
        ["exec"] = "command",
        ["delegate"] = "agent",
        ["serve"] = "path",
    }.ToImmutableDictionary(StringComparer.Ordinal);

    private static readonly string[] s_circumstances = ["args", "user", "labels"];

    /// <summary>What a resource's <c>type</c> says, by the verb.</summary>
    public static string KindOf(string verb) => s_kinds[verb];

    /// <summary>Answers one request; null, with a sentence, when it is malformed.</summary>
    public AuthZenDecision? Evaluate(AuthZenRequest request, out string problem)
    {
        problem = "";
        if (
            request
            is not {
                Subject: { Type: { } type, Id: { } id },
                Action.Name: { } verb,
                Resource: { Type: { } kind, Id: { } target }
            }
        )
        {
            problem = "a request needs subject.type, subject.id, action.name, resource.type and resource.id";
            return null;
        }

        if (!s_kinds.TryGetValue(verb, out var expected))
        {
            return Deny($"`{verb}` is no verb");
        }

        if (
            !string.Equals(kind, expected, StringComparison.Ordinal)
            && !string.Equals(kind, verb, StringComparison.Ordinal)
        )
        {
            return Deny($"the resource of `{verb}` is of type `{expected}`");
        }

        if (!TryQuestion(verb, target, request.Context, out var question, out var unread))
        {
            return Deny(unread);
        }

        if (instance.Subject(type, id) is not { } subject)
        {
            return Deny("no live session is known by this subject");
        }

        if (question.Person is { } person && !string.Equals(person, subject.User?.Id, StringComparison.Ordinal))
        {
            return Deny("the session acts for somebody else");
        }

        // INVARIANT: what the caller claims only adds to what the session is known to have been exposed to; the time is the
        // clock's own, or a claimed one would revive a grant that has lapsed.
        var decision = subject.Policy.Decide(
            question.Target,
            new Circumstances
            {
                Now = clock.GetUtcNow(),
                User = subject.User,
                Labels = subject.Labels | (question.Labels ?? default),
                Arguments = question.Arguments,
            },
            Core.Ports.GuardReport.Clean
        );
        return new AuthZenDecision(
            decision.Effect == Effect.Allow,
            new AuthZenContext(
                decision.Effect,
                decision.Reason,
                [.. decision.Rules.Select(rule => rule.Text)],
                decision.Needed,
                subject.Policy.Digest.ToString()
            )
        );
    }

    /// <summary>Answers a boxcarred request; null, with a sentence, when it is malformed.</summary>
    public AuthZenDecisions? EvaluateAll(AuthZenRequest request, out string problem)
    {
        problem = "";
        var all = request.Evaluations!.Value;
        bool? last = request.Options?.EvaluationsSemantic switch
        {
            null or "execute_all" => null,
            "deny_on_first_deny" => false,
            "permit_on_first_permit" => true,
            var other => Unknown(other, out problem),
        };
        if (all.Length > MaxEvaluations)
        {
            problem = $"more than {MaxEvaluations} evaluations";
        }

        if (problem.Length > 0)
        {
            return null;
        }

        var decisions = ImmutableArray.CreateBuilder<AuthZenDecision>(all.Length);
        foreach (var one in all)
        {
            var whole = request with
            {
                Subject = one.Subject ?? request.Subject,
                Action = one.Action ?? request.Action,
                Resource = one.Resource ?? request.Resource,
                Context = one.Context ?? request.Context,
            };

            // One that is malformed is denied where it stands: the others have their answers (section 7.2.1).
            var decision = Evaluate(whole, out var why) ?? Deny(why);
            decisions.Add(decision);
            if (decision.Decision == last)
            {
                break;
            }
        }

        return new AuthZenDecisions(decisions.ToImmutable());
    }

    private static bool? Unknown(string word, out string problem)
    {
        problem = $"`{word}` is no evaluations_semantic";
        return null;
    }

    private static AuthZenDecision Deny(string reason) =>
        new(false, new AuthZenContext(Effect.Deny, reason, [], null, null));

    private static bool TryQuestion(
        string verb,
        string target,
        JsonElement? context,
        out Question question,
        out string problem
    )
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("action"u8, $"{verb} {target}");
            foreach (var name in s_circumstances)
            {
                if (context is { ValueKind: JsonValueKind.Object } known && known.TryGetProperty(name, out var value))
                {
                    writer.WritePropertyName(name);
                    value.WriteTo(writer);
                }
            }

            writer.WriteEndObject();
        }

        return QuestionReader.TryParse(buffer.ToArray(), null, out _, out question, out problem);
    }
}
