using Bartizan.Client;
using Bartizan.Client.Approvals;
using Bartizan.Client.Erasures;
using Bartizan.Client.Sessions;

namespace Bartizan.Control;

/// <summary>
/// What people beside the owner may ask of an instance: to see and answer asks, and to be the second person of an erasure. Who asks is
/// the account that the kernel names. Every refusal is a <see cref="ControlException"/>.
/// </summary>
public interface IAskDesk
{
    /// <summary>The asks that wait and that this person may see, without their arguments.</summary>
    AsksReply Asks(string person);

    /// <summary>One of them with its arguments, where somebody may write others; null when there is none that they may see.</summary>
    AskLine? Ask(string person, string id);

    /// <summary>Takes a person's answer.</summary>
    Task<AnswerReply> AnswerAsync(AnswerRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Takes a person's one answer to a list that was shown whole: all of it, or nothing.</summary>
    Task<AnswerReply> AnswerAllAsync(BatchRequest request, string person, CancellationToken cancellationToken);

    /// <summary>How people answered, as this person may know it.</summary>
    StatisticsReply Statistics(string person);

    /// <summary>A session's labels with what put them there, for whoever may take one off and whoever started it.</summary>
    Task<LabelsReply> LabelsAsync(LabelsRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Takes a person's word that a label comes off a session.</summary>
    Task<LabelsReply> ClearLabelAsync(LabelsRequest request, string person, CancellationToken cancellationToken);

    /// <summary>Erases payloads, holds them, or answers what another person asked for.</summary>
    Task<ErasureReply> EraseAsync(ErasureRequest request, string person, CancellationToken cancellationToken);
}
