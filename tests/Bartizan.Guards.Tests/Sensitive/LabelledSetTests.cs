using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Tests.Sensitive;

/// <summary>What the detectors of credentials are worth on our own labelled set; the numbers stand in docs/guards.md.</summary>
public sealed class LabelledSetTests(ITestOutputHelper output)
{
    private const double Counts = 0.65;

    [Fact]
    public void Of_provider_tokens_99_in_100_are_found_and_98_of_100_finds_are_tokens()
    {
        var (found, missed, wrong) = (0, new List<string>(), new List<string>());
        foreach (var (line, kind) in LabelledSet.Tokens(each: 14))
        {
            var kinds = Found(line).Where(k => k is not ("assigned-secret" or "authorization")).ToArray();
            if (kind is not null && kinds.Length > 0)
            {
                found++;
            }
            else if (kind is not null)
            {
                missed.Add($"{kind}: {line}");
            }
            else if (kinds.Length > 0)
            {
                wrong.Add($"{kinds[0]}: {line}");
            }
        }

        var (recall, precision) = ((double)found / (found + missed.Count), (double)found / (found + wrong.Count));
        output.WriteLine($"{found + missed.Count} tokens: recall {recall:0.0000}, precision {precision:0.0000}");
        recall.ShouldBeGreaterThanOrEqualTo(0.99, string.Join('\n', missed.Take(20)));
        precision.ShouldBeGreaterThanOrEqualTo(0.98, string.Join('\n', wrong.Take(20)));
    }

    [Fact]
    public void Of_what_is_assigned_to_a_name_of_secrets_nine_finds_in_ten_are_secrets()
    {
        var (found, missed, wrong) = (0, new List<string>(), new List<string>());
        foreach (var (line, isSecret) in LabelledSet.Assigned())
        {
            var isFound = Found(line).Any();
            found += isFound && isSecret ? 1 : 0;
            if (isSecret && !isFound)
            {
                missed.Add(line);
            }
            else if (!isSecret && isFound)
            {
                wrong.Add(line);
            }
        }

        var (recall, precision) = ((double)found / (found + missed.Count), (double)found / (found + wrong.Count));
        output.WriteLine($"{found + missed.Count} secrets: recall {recall:0.0000}, precision {precision:0.0000}");
        recall.ShouldBeGreaterThanOrEqualTo(0.6, string.Join('\n', missed.Take(20)));
        precision.ShouldBeGreaterThanOrEqualTo(0.9, string.Join('\n', wrong.Take(20)));
    }

    private static IEnumerable<string> Found(string line) =>
        ContentScan
            .Of(line, Channel.Untrusted, Sought.Sensitive)
            .Findings.Where(f => f.Guard == "secrets" && f.Confidence >= Counts)
            .Select(f => f.Kind);
}
