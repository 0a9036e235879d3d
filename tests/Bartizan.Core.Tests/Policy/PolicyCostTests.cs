using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Policies;
using Bartizan.Core.Tests.Manifests;

namespace Bartizan.Core.Tests.Policies;

public sealed class PolicyCostTests
{
    [Theory]
    [InlineData("model anthropic/claude-sonnet-4-5")]
    [InlineData("connect h42.example:443")]
    [InlineData("http GET http://h42.example/a/b")]
    public void An_allowed_action_is_decided_without_allocating(string text)
    {
        var floor = Repository.LoadFile(Repository.PathOf("examples", "claude-code.yaml")).Manifest!.Layers[0];
        ImmutableArray<string> rules =
        [
            "allow: model anthropic/claude-*",
            .. Enumerable
                .Range(0, 50)
                .SelectMany(i =>
                    (string[])[$"allow: connect h{i}.example:443", $"allow: http GET http://h{i}.example/a/**"]
                ),
        ];
        var policy = Policy.Compile(
            Rules.Manifest(rules, []) with
            {
                Layers = [floor, Rules.Layer("manifest", false, rules)],
            }
        );
        var target = Rules.Target(text);
        policy.Screen(target, Rules.Now).Effect.ShouldBe(Effect.Allow);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            policy.Screen(target, Rules.Now);
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
