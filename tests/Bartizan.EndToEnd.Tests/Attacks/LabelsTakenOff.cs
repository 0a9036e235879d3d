using System.Diagnostics;
using System.Net;

namespace Bartizan.EndToEnd.Tests.Attacks;

/// <summary>A label comes off a live session by the recorded word of whom the manifest names; an agent has no way to say it.</summary>
public sealed class LabelsTakenOff
{
    [Fact]
    public async Task People_take_a_label_off_and_the_agent_cannot()
    {
        await using var scene = await Scene.OpenAsync();
        Write(scene, "declassify: { by: [alice, bob] }");
        var attached = await AttachTests.AttachAsync(scene);
        await File.WriteAllTextAsync(
            Path.Combine(scene.Home, "people.yaml"),
            "people:\n  - { name: alice, uid: 0 }\n  - { name: bob, uid: 4201 }\n"
        );
        (await ReadAsync(scene, attached)).ShouldBe(HttpStatusCode.OK);

        var shown = await scene.BartizanAsync("sessions", "labels", attached.Session);
        shown.Code.ShouldBe(0, shown.ToString());
        shown.Output.ShouldContain("untrusted");
        shown.Output.ShouldContain("/page");

        foreach (
            var (method, path) in ((string, string)[])
                [("POST", "/v1/sessions/clear-label"), ("POST", "/v1/sessions/labels")]
        )
        {
            var status = await AttachTests.ThroughAsync(
                attached,
                attached.Token,
                new Uri($"http://bartizan{path}"),
                new HttpMethod(method)
            );
            status.ShouldBe(HttpStatusCode.Forbidden);
            (
                await AttachTests.ThroughAsync(
                    attached,
                    attached.Token,
                    new Uri(attached.Anthropic, path),
                    HttpMethod.Post
                )
            ).ShouldBe(HttpStatusCode.Forbidden);
        }

        (await LabelsAsync(scene)).ShouldBe("untrusted");
        (await ClearAsync(scene, attached.Session)).Code.ShouldBe(0);
        (await LabelsAsync(scene)).ShouldBe("none");
        var log = await scene.BartizanAsync("log", "show", attached.Session);
        log.Code.ShouldBe(0, log.ToString());
        log.Output.ShouldContain("label untrusted");

        // What is read afterwards counts again; and a record that ends in a kill is whole.
        (await ReadAsync(scene, attached)).ShouldBe(HttpStatusCode.OK);
        (await LabelsAsync(scene)).ShouldBe("untrusted");
        (await ClearAsync(scene, attached.Session)).Code.ShouldBe(0);
        using (var daemon = Process.GetProcessById((await scene.DaemonAsync()).ShouldNotBeNull()))
        {
            daemon.Kill();
            await daemon.WaitForExitAsync();
        }

        await scene.QuietAsync();
        (await scene.BartizanAsync("up")).Code.ShouldBe(0);
        (await scene.BartizanAsync("log", "verify")).Code.ShouldBe(0);
        (await ClearAsync(scene, attached.Session)).Error.ShouldContain("no session");
    }

    [Fact]
    public async Task Whoever_started_the_session_does_not_where_the_manifest_separates_that()
    {
        await using var scene = await Scene.OpenAsync();
        Write(scene, "declassify: { by: [alice, bob], separate: [starter] }");
        var attached = await AttachTests.AttachAsync(scene);
        await File.WriteAllTextAsync(
            Path.Combine(scene.Home, "people.yaml"),
            "people:\n  - { name: alice, uid: 0 }\n  - { name: bob, uid: 4201 }\n"
        );
        (await ReadAsync(scene, attached)).ShouldBe(HttpStatusCode.OK);

        var refused = await ClearAsync(scene, attached.Session);

        refused.Code.ShouldBe(4, refused.ToString());
        refused.Error.ShouldContain("started the session");
        (await LabelsAsync(scene)).ShouldBe("untrusted");
    }

    private static void Write(Scene scene, string declassify)
    {
        scene.WriteManifest(
            mode: "read-only",
            files: "",
            rules: $"""
              - allow: http GET http://127.0.0.1:{scene.Upstream.Url.Port}/**
                why: A server of the test.
            trust:
              untrusted: ["http * **"]
              {declassify}
            """
        );
    }

    private static Task<HttpStatusCode> ReadAsync(Scene scene, AttachTests.Attached attached) =>
        AttachTests.ThroughAsync(attached, attached.Token, new Uri(scene.Upstream.Url, "/page"), HttpMethod.Get);

    private static Task<Finished> ClearAsync(Scene scene, string session) =>
        scene.BartizanAsync("sessions", "clear-label", session, "untrusted", "--why", "the page is ours");

    private static async Task<string> LabelsAsync(Scene scene) =>
        (await scene.SessionsAsync())[0]!["labels"]!.GetValue<string>();
}
