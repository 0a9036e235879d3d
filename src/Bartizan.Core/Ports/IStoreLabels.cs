using Bartizan.Core.Flow;
using Bartizan.Core.Sessions;

namespace Bartizan.Core.Ports;

/// <summary>Which keys of stores behind tools carry labels of the sessions that wrote them, for all agents of this instance.</summary>
public interface IStoreLabels
{
    /// <summary>The labels of what is read; every label where that isn't known.</summary>
    Labels Of(string store, StoreKeys keys);

    /// <summary>Puts labels on what is about to be written. INVARIANT: when it returns they are kept.</summary>
    /// <exception cref="IOException">When they can't be kept.</exception>
    void Add(string store, StoreKeys keys, Labels labels);
}
