using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Manifests;

public sealed class CodeSectionTests
{
    private const string Digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    [Fact]
    public void Where_nothing_is_said_code_has_little_and_sees_and_reaches_nothing()
    {
        var server = Load("languages: { python: [python3] }").Manifest!.Servers["code"];

        server.Code!.Languages["python"].ShouldBe(["python3"]);
        server.Code.Limits.ShouldBe(CodeTerms.UsualLimits);
        server.Code.OutputBytes.ShouldBe(64 << 10);
        server.Code.Isolation.ShouldBe(IsolationKind.Bubblewrap);
        server.Egress.ShouldBeEmpty();
        server.Workspace.ShouldBeNull();
        server.Credentials.ShouldBeEmpty();
    }

    [Fact]
    public void It_is_isolated_as_its_agent_is_where_nothing_is_said()
    {
        var server = Load(
            "languages: { python: [/usr/bin/python3] }",
            $"run: {{ isolation: oci, image: \"agent@{Digest}\" }}"
        ).Manifest!.Servers["code"];

        server.Code!.Isolation.ShouldBe(IsolationKind.Oci);
        server.Code.Image.ShouldBe($"agent@{Digest}");
    }

    [Theory]
    [InlineData("languages: {}", "code is in one to 16 languages")]
    [InlineData("languages: { Python: [python3] }", "language's name")]
    [InlineData("languages: { python: [] }", "python")]
    [InlineData("languages: { python: [python3] }, output: 257KiB", "at most 256KiB")]
    [InlineData("languages: { python: [python3] }, limits: { wall_clock: 10m }", "at most 9m")]
    [InlineData("languages: { python: [python3] }, workspace: read-write", "read-write")]
    [InlineData("languages: { python: [python3] }, with: key", "with")]
    [InlineData("languages: { python: [python3] }, image: \"a@" + Digest + "\"", "no container to be of")]
    [InlineData("languages: { python: [python3] }, isolation: oci", "has no image")]
    [InlineData(
        "languages: { python: [python3] }, isolation: oci, image: \"a@" + Digest + "\"",
        "is no path of the image"
    )]
    public void What_it_can_t_have_is_a_load_error(string code, string says)
    {
        var load = Load(code);

        load.Manifest.ShouldBeNull();
        load.Errors.ShouldContain(
            error => $"{error.Message} {error.Hint}".Contains(says, StringComparison.Ordinal),
            code
        );
    }

    [Fact]
    public void Another_server_of_its_name_is_a_load_error()
    {
        var load = Load("languages: { python: [python3] }", "servers: { code: { url: \"https://a.example\" } }");

        load.Errors.ShouldContain(error =>
            error.Message.Contains("what the code tool belongs to", StringComparison.Ordinal)
        );
    }

    [Fact]
    public void Without_a_rule_for_it_whoever_checks_the_file_is_told()
    {
        Load("languages: { python: [python3] }", rule: "tool other/x")
            .Warnings.ShouldContain(one =>
                one.Message.Contains("no rule allows `tool code/run`", StringComparison.Ordinal)
            );
        Load("languages: { python: [python3] }")
            .Warnings.ShouldNotContain(one =>
                one.Message.Contains("no rule allows `tool code/run`", StringComparison.Ordinal)
            );
    }

    [Theory]
    [InlineData("", "isolation: oci, image: \"a@" + Digest + "\"", true)]
    [InlineData("run: { isolation: oci, image: \"b@" + Digest + "\", SCAN }", "image: \"a@" + Digest + "\"", true)]
    [InlineData("run: { isolation: oci, image: \"a@" + Digest + "\" }", "output: 1KiB", true)]
    [InlineData("run: { isolation: oci, image: \"a@" + Digest + "\", SCAN }", "output: 1KiB", false)]
    [InlineData("run: { isolation: oci, image: \"a@" + Digest + "\", SCAN }", "isolation: bubblewrap", false)]
    [InlineData("", "output: 1KiB", false)]
    public void An_image_of_code_that_nobody_has_looked_into_fails_the_check_outside_development(
        string run,
        string code,
        bool isTold
    )
    {
        foreach (var environment in (string[])["development", "staging", "production"])
        {
            var load = Load(
                $"languages: {{ python: [/usr/bin/python3] }}, {code}",
                run.Replace("SCAN", "scan: { file: scan.json }", StringComparison.Ordinal),
                environment: environment
            );

            load.Manifest.ShouldNotBeNull();
            load.Warnings.Where(one => one.Message.Contains("nobody has looked into", StringComparison.Ordinal))
                .Select(one => one.FailsCheck)
                .ShouldBe(isTold ? [environment != "development"] : []);
        }
    }

    [Theory]
    [InlineData("languages: { python: [python3, -I] }")]
    [InlineData("languages: { python: [python3] }, egress: [a.example]")]
    [InlineData("languages: { python: [python3] }, workspace: read-only")]
    [InlineData("languages: { python: [python3] }, limits: { memory: 1GiB }")]
    public void What_code_may_do_is_part_of_the_policys_digest(string code)
    {
        DigestOf(code).ShouldNotBe(DigestOf("languages: { python: [python3] }"));
        DigestOf(code).ShouldBe(DigestOf(code));
    }

    private static string DigestOf(string code) => Policy.Compile(Load(code).Manifest!).Digest.ToString();

    private static ManifestLoad Load(
        string code,
        string more = "",
        string rule = "tool code/run",
        string environment = "development"
    ) =>
        ManifestLoader.Load(
            $$"""
            apiVersion: bartizan/v1
            agent: a
            version: 1
            owner: tests@example.com
            environment: {{environment}}
            {{more}}
            code: { {{code}} }
            rules:
              - allow: {{rule}}
                why: A test.
            """,
            "agent.yaml",
            _ => null
        );
}
