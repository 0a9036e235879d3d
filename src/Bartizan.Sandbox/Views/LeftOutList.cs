using System.Collections.Immutable;

namespace Bartizan.Sandbox.Views;

/// <summary>Collects what is named to a person: the first ones in full, the rest by number.</summary>
internal sealed class LeftOutList(int most)
{
    private readonly Lock _lock = new();
    private readonly List<ViewProblem> _named = [];

    public int Count { get; private set; }

    public void Add(string path, string reason)
    {
        lock (_lock)
        {
            Count++;
            if (_named.Count < most)
            {
                _named.Add(new ViewProblem(Visible.Text(path), reason));
            }
        }
    }

    public ImmutableArray<ViewProblem> Named()
    {
        lock (_lock)
        {
            return [.. _named];
        }
    }
}
