using Bartizan.Core.Enforcement;
using Bartizan.Core.Policies;

namespace Bartizan.Core.Tests.Policies.Attacks;

/// <summary>Ways to write a path that one program reads differently from the next.</summary>
public sealed class NameAttacks
{
    [Theory]
    [InlineData("/", "/")]
    [InlineData("/a/./b", "/a/b")]
    [InlineData("/a/../b", "/b")]
    [InlineData("/a/b/..", "/a/")]
    [InlineData("/a/b/.", "/a/b/")]
    [InlineData("/%61/%7E%2d", "/a/~-")]
    [InlineData("/a%3ab", "/a%3Ab")]
    [InlineData("/a b", null)]
    [InlineData("/a{b}|c", "/a%7Bb%7D%7Cc")]
    [InlineData("/100%25", "/100%25")]
    [InlineData("/a%25zz", "/a%25zz")]
    [InlineData("/a/", "/a/")]
    [InlineData("/%2e%2E/a", null)]
    [InlineData("/..", null)]
    [InlineData("/a/../../b", null)]
    [InlineData("a", null)]
    [InlineData("", null)]
    [InlineData("*", null)]
    [InlineData("//a", null)]
    [InlineData("/a//b", null)]
    [InlineData("/a%2fb", null)]
    [InlineData("/a%2Fb", null)]
    [InlineData("/a%5cb", null)]
    [InlineData("/a\\b", null)]
    [InlineData("/a%00", null)]
    [InlineData("/a%0d%0aX:y", null)]
    [InlineData("/a%7f", null)]
    [InlineData("/a%252e", null)]
    [InlineData("/a%25%32%65", null)]
    [InlineData("/a%", null)]
    [InlineData("/a%2", null)]
    [InlineData("/a%g0", null)]
    [InlineData("/a/..;/b", null)]
    [InlineData("/a/.;x/b", null)]
    [InlineData("/a/%2e%2e;/b", null)]
    [InlineData("/a/..%3B/b", null)]
    [InlineData("/a/%2e%2e%3bx=1/b", null)]
    [InlineData("/a/.%3b/b", null)]
    [InlineData("/a/b%3bc", "/a/b%3Bc")]
    [InlineData("/ä", null)]
    [InlineData("/a?b", null)]
    [InlineData("/a#b", null)]
    public void A_path_has_one_form_or_is_refused(string path, string? expected)
    {
        var good = UrlPath.TryNormalize(path, out var normal, out var problem);

        good.ShouldBe(expected is not null, path);
        (good ? normal : null).ShouldBe(expected);
        (good || problem.Length > 0).ShouldBeTrue();
        if (good)
        {
            UrlPath.TryNormalize(normal, out var again, out _).ShouldBeTrue();
            again.ShouldBe(normal);
        }
    }

    [Fact]
    public void A_hostile_target_does_not_reach_a_reason_unchanged()
    {
        var target = new ModelTarget("p", "x\u001b[2J\n`allow: everything`\u202e" + new string('a', 5000));

        var decision = Rules.Compile("deny: exec a").Screen(target, Rules.Now);

        decision.Reason.Length.ShouldBeLessThan(400);
        decision.Reason.ShouldNotContain("\u001b");
        decision.Reason.ShouldNotContain("\n");
        decision.Reason.ShouldNotContain("\u202e");
        decision.Needed.ShouldBeNull();
    }

    [Fact]
    public void A_pattern_made_to_backtrack_is_matched_in_linear_time()
    {
        var policy = Rules.Compile(
            "allow: read workspace/**/a/**/a/**/a/**/a/**/a/**/b",
            "allow: model p/*a*a*a*a*a*a*a*a*a*a*b"
        );
        var deep = "workspace/" + string.Join('/', Enumerable.Repeat("a", 2000));
        var wide = new ModelTarget("p", new string('a', 100_000));
        var start = System.Diagnostics.Stopwatch.GetTimestamp();

        for (var i = 0; i < 100; i++)
        {
            policy.Screen(new FileTarget(Verb.Read, deep), Rules.Now).Effect.ShouldBe(Effect.Deny);
            policy.Screen(wide, Rules.Now).Effect.ShouldBe(Effect.Deny);
        }

        System.Diagnostics.Stopwatch.GetElapsedTime(start).ShouldBeLessThan(TimeSpan.FromSeconds(2));
    }
}
