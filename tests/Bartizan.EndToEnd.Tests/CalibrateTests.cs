using System.Globalization;
using System.Text.Json.Nodes;

namespace Bartizan.EndToEnd.Tests;

/// <summary>The lexical vote's scale from clean texts, by the command, and what it prints in a manifest.</summary>
public sealed class CalibrateTests
{
    [Fact]
    public async Task What_it_prints_loads_and_few_texts_are_refused()
    {
        await using var scene = await Scene.OpenAsync();
        var file = Path.Combine(scene.Root, "clean.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 320).Select(Line));

        var run = await scene.BartizanAsync("calibrate", file);

        run.Code.ShouldBe(0, run.ToString());
        run.Error.ShouldContain("320 clean texts");
        var manifest = Path.Combine(scene.Root, "calibrated.yaml");
        await File.WriteAllTextAsync(
            manifest,
            $"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            rules:
              - allow: tool a/b
                why: A test says so.
            {run.Output}
            """
        );
        (await scene.BartizanAsync("explain", "-m", manifest, "tool", "a/b")).Code.ShouldBe(0);

        await File.WriteAllLinesAsync(file, Enumerable.Range(0, 20).Select(Line));
        var few = await scene.BartizanAsync("calibrate", file);
        few.Code.ShouldBe(1);
        few.Error.ShouldContain("20 texts are too few");
        await File.AppendAllTextAsync(file, "{}\n");
        (await scene.BartizanAsync("calibrate", file)).Error.ShouldContain("line 21 of");
    }

    private static string Line(int at) =>
        new JsonObject
        {
            ["text"] = string.Create(
                CultureInfo.InvariantCulture,
                $"The lamp of room {at} was mended on Monday by Anna."
            ),
            ["source"] = at % 2 == 0 ? "tickets" : "letters",
        }.ToJsonString();
}
