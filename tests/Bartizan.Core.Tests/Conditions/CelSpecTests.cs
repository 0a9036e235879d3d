using System.Globalization;
using System.Text.RegularExpressions;
using Bartizan.Core.Conditions;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Conditions;

/// <summary>
/// The test data of CEL's specification, where the shared folder has it: whatever expression is a condition comes to what is
/// written there. <c>dyn(x)</c> becomes an argument of that value; an expression with another value is compared with it.
/// </summary>
public sealed partial class CelSpecTests
{
    [Fact]
    public void What_the_specification_tests_comes_to_what_it_says()
    {
        var shared =
            Environment.GetEnvironmentVariable("BARTIZAN_SHARED") ?? Path.Combine(Repository.Root, "..", "shared");
        var data = Path.Combine(shared, "data", "specs", "cel");
        Assert.SkipUnless(Directory.Exists(data), "CEL's test data is not here: set BARTIZAN_SHARED");
        var (tests, inside, wrong, stricter) = (0, 0, new List<string>(), new List<string>());
        foreach (var file in Directory.GetFiles(data, "*.textproto").Order(StringComparer.Ordinal))
        {
            foreach (var test in Tests(TextProto.Read(File.ReadAllText(file))))
            {
                tests++;
                if (Translate(test) is not var (text, facts, expect))
                {
                    continue;
                }

                if (Condition.Parse(text, ConditionSchema.Standard).Condition is not { } condition)
                {
                    continue;
                }

                inside++;
                var name = $"{Path.GetFileNameWithoutExtension(file)}: {text}";
                var got = condition.Evaluate(new Facts { Args = Given.Json(facts) });
                if (got == Truth.Unknown && expect != Truth.Unknown)
                {
                    stricter.Add(name);
                }
                else if (got != expect)
                {
                    wrong.Add($"{name}: {got}, not {expect}");
                }
            }
        }

        wrong.ShouldBeEmpty();

        // Where CEL rounds a whole number to a double before it compares.
        stricter.ShouldAllBe(name => name.Contains(" 922337203685477580", StringComparison.Ordinal));
        TestContext.Current.SendDiagnosticMessage(
            $"{tests} tests, {inside} inside the subset, {stricter.Count} stricter:"
        );
        stricter.ForEach(TestContext.Current.SendDiagnosticMessage);
        tests.ShouldBeGreaterThan(1000);
        inside.ShouldBeGreaterThan(250);
    }

    private static IEnumerable<List<(string Name, object Value)>> Tests(List<(string Name, object Value)> fields) =>
        fields
            .Where(field => field.Name is "section" or "test")
            .SelectMany(field =>
                field.Name == "test"
                    ? [(List<(string, object)>)field.Value]
                    : Tests((List<(string, object)>)field.Value)
            );

    private static (string Text, string Facts, Truth Expect)? Translate(List<(string Name, object Value)> test)
    {
        if (test.Any(field => field.Name is "bindings" or "type_env" or "container"))
        {
            return null;
        }

        var expression = (string)test.Single(field => field.Name == "expr").Value;
        var outcome = test.Find(field => field.Name is "value" or "eval_error");
        if (outcome.Name == "eval_error")
        {
            var (dynamic, facts) = WithArguments(expression);
            return (dynamic, facts, Truth.Unknown);
        }

        if (outcome.Value is not List<(string Name, object Value)> { Count: 1 } fields)
        {
            return null;
        }

        var (kind, value) = fields[0];

        var literal = (kind, (string?)(value as string)) switch
        {
            ("int64_value", { } number) => number,
            ("double_value", { } number)
                when double.TryParse(number, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real) =>
                AttributeValue.Of(real).ToString(),
            ("string_value", { } text) => AttributeValue.Of(text).ToString(),
            ("bool_value", { } truth) => truth,
            _ => null,
        };
        if (literal is null)
        {
            return null;
        }

        var (replaced, args) = WithArguments(expression);
        return kind == "bool_value"
            ? (replaced, args, literal == "true" ? Truth.True : Truth.False)
            : ($"{replaced} == {literal}", args, Truth.True);
    }

    private static (string Text, string Facts) WithArguments(string expression)
    {
        var members = new List<string>();
        var text = Dynamic()
            .Replace(
                expression,
                match =>
                {
                    if (JsonOf(match.Groups["value"].Value) is not { } json)
                    {
                        return match.Value;
                    }

                    members.Add($"\"v{members.Count}\": {json}");
                    return $"args.v{members.Count - 1}";
                }
            );
        return (text, $"{{ {string.Join(", ", members)} }}");
    }

    // A literal of CEL as JSON, by way of a condition that compares with it.
    private static string? JsonOf(string literal)
    {
        var result = Condition.Parse($"args.a == {literal}", ConditionSchema.Standard);
        if (result.Condition?.Formula is not Formula.Comparison { Right: Term.Literal { Value: var value } })
        {
            return null;
        }

        return value.Kind == ValueKind.String
            ? System.Text.Json.JsonSerializer.Serialize(value.Text)
            : value.ToString();
    }

    [GeneratedRegex("""dyn\((?<value>-?[\w.+-]+|'[^']*'|"[^"]*")\)""")]
    private static partial Regex Dynamic();
}
