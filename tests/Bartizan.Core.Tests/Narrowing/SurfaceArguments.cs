using System.Collections.Immutable;
using Bartizan.Core.Manifests;
using Bartizan.Core.Queries;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>One demand on an argument of each kind.</summary>
internal static class SurfaceArguments
{
    public static ToolServer Server() =>
        new()
        {
            Name = "a",
            Url = new Uri("https://a.example/mcp"),
            Place = "eu",
        };

    public static ImmutableArray<ArgumentRule> Bound() =>
        [
            new()
            {
                Path = "n",
                Least = 1,
                Most = 2,
            },
            new() { Path = "e", In = [new ArgumentValue("1", false), new ArgumentValue("2", false)] },
            new() { Path = "g", Glob = "a*" },
            new() { Path = "h", Host = "a.example" },
            new() { Path = "f", File = "src/a/**" },
            new() { Path = "i", Networks = ["10.1.0.0/16"] },
            new() { Path = "l", MaxLength = 9 },
            new() { Path = "q", Sql = new SqlTerms(["a"], 9, []) },
            new() { Path = "o", Operators = new OperatorTerms(["in"]) },
            new() { Path = "t", Markup = Markup.None },
        ];
}
