using System.Text.Json;
using Bartizan.Core.Conditions;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Manifests;

/// <summary>
/// Runs the <c>match</c> and <c>not_match</c> examples of a rule: they say what its author means by the pattern, and hold
/// whenever the file loads. They are about the pattern (and <c>args</c>, for an example with arguments), not about <c>when</c>.
/// </summary>
internal static class RuleExamples
{
    /// <summary>The examples that are not as the rule says.</summary>
    public static IEnumerable<ManifestError> Check(Rule rule, SourceNode.Map map)
    {
        var compiled = CompiledRule.Compile(rule, new RuleLayer("manifest", IsCeiling: false, [rule])).First();
        foreach (var (key, expected) in new[] { ("match", true), ("not_match", false) })
        {
            foreach (var example in ManifestReader.Items(map.Find(key)).OfType<SourceNode.Scalar>())
            {
                if (FindProblem(rule, compiled, example.Text, expected) is { } problem)
                {
                    yield return new(
                        example.Position,
                        $"`{SourceTree.Quote(example.Text)}` {problem}",
                        HintOf(expected)
                    );
                }
            }
        }
    }

    private static string? FindProblem(Rule rule, CompiledRule compiled, string text, bool expected)
    {
        if (!TryRead(rule.Verb, text, out var target, out var arguments, out var problem))
        {
            // What no enforcement point would send is matched by nothing.
            return expected ? $"is an example that can't be read: it {problem}" : null;
        }

        var situation = new Situation(default, new Facts { Args = arguments });
        var fits =
            CompiledLayer.Fits(compiled, target)
            && (arguments.ValueKind == JsonValueKind.Undefined || compiled.HoldsArguments(situation));
        return fits == expected ? null
            : expected ? $"is an example that `{SourceTree.Quote(rule.Text)}` doesn't match"
            : $"is an example that `{SourceTree.Quote(rule.Text)}` matches and shouldn't";
    }

    private static string HintOf(bool expected) =>
        expected ? "Widen the pattern, or take the example out." : "Narrow the pattern, or take the example out.";

    private static bool TryRead(
        Verb verb,
        string text,
        out ActionTarget target,
        out JsonElement arguments,
        out string problem
    )
    {
        arguments = default;
        var brace = verb == Verb.Tool ? text.IndexOf(" {", StringComparison.Ordinal) : -1;
        if (brace < 0)
        {
            return TargetReader.TryRead(verb, text, out target, out problem);
        }

        try
        {
            arguments = JsonSerializer.Deserialize<JsonElement>(text[(brace + 1)..], JsonSerializerOptions.Strict);
        }
        catch (JsonException)
        {
            (target, problem) = (null!, "has arguments that are no JSON object");
            return false;
        }

        return TargetReader.TryRead(verb, text[..brace], out target, out problem);
    }
}
