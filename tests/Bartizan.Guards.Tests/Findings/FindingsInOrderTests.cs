using Bartizan.Core.Findings;
using Bartizan.Guards.Findings;

namespace Bartizan.Guards.Tests.Findings;

/// <summary>Whatever the order in which findings come, the one found again is the last that shares a place.</summary>
public sealed class FindingsInOrderTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 2)]
    [InlineData(200, 3)]
    public void One_that_shares_a_place_is_found_whatever_came_before(int back, int seed)
    {
        var chance = new Chance((ulong)seed);
        for (var round = 0; round < 200; round++)
        {
            var (list, all, at) = (new FindingsInOrder(), new List<ContentFinding>(), 0);
            for (var count = 0; count < 60; count++)
            {
                at = Math.Max(0, at + chance.Next(12) - (chance.Next(8) == 0 ? chance.Next(back + 1) : 0));
                var one = Finding(at, at + chance.Next(9), chance.Next(3));
                list.IndexOf(one).ShouldBe(LastSharing(all, one));
                switch (all.Count == 0 ? 0 : chance.Next(6))
                {
                    case 1:
                        var place = chance.Next(all.Count);
                        all[place] = one;
                        list.Replace(place, one);
                        break;
                    case 2:
                        place = chance.Next(all.Count);
                        all.RemoveAt(place);
                        list.RemoveAt(place);
                        break;
                    default:
                        all.Add(one);
                        list.Add(one);
                        break;
                }
            }

            list.All.ShouldBe(all);
        }
    }

    private static int LastSharing(List<ContentFinding> all, ContentFinding one) =>
        all.FindLastIndex(f => f.Kind == one.Kind && f.Start < one.End && one.Start < f.End);

    private static ContentFinding Finding(int start, int end, int kind) =>
        new("injection", kind == 0 ? "override" : "secrecy", start, end, FindingSeverity.Low, 0.5);
}
