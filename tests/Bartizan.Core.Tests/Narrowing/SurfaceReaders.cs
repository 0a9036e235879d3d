using System.Collections.Immutable;
using Bartizan.Core.Enforcement;
using Bartizan.Core.Manifests;
using Bartizan.Core.Readers;

namespace Bartizan.Core.Tests.Narrowing;

/// <summary>The server of one quarantined reader.</summary>
internal static class SurfaceReaders
{
    public static ToolServer One()
    {
        var reader = new ReaderTerms("r", new ToolTarget("a", "get"), new ModelTarget("one", "m"))
        {
            Question = "What?",
            Gives = [new GivenField("b", GivenKind.Boolean, new ArgumentRule { Path = "b" })],
        };
        return new ToolServer
        {
            Name = ReaderTerms.Server,
            Readers = ImmutableSortedDictionary<string, ReaderTerms>.Empty.Add("r", reader),
        };
    }
}
