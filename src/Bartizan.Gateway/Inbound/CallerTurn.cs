using System.Runtime.InteropServices;

namespace Bartizan.Gateway.Inbound;

/// <summary>A turn that is taken: in which book, and by which name.</summary>
/// <param name="Book">Where it counts.</param>
/// <param name="Name">Whose it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct CallerTurn(CallerTurns Book, string Name)
{
    /// <summary>Counts what is part of it for the rate; false when that is used up.</summary>
    public bool TryGoOn() => Book.TryGoOn(Name);

    /// <summary>It is over.</summary>
    public void Leave() => Book.Leave(Name);
}
