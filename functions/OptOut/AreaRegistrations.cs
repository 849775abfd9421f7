using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OptOut.Api;
using OptOut.Api.Codes;
using OptOut.Api.OpenApi;
using OptOut.Api.PhoneAgents;
using OptOut.Api.Portal;
using OptOut.Api.ReadyTexts;
using OptOut.Company;
using OptOut.Delivery;
using OptOut.Evidence;
using OptOut.Identity;
using OptOut.Intake;
using OptOut.Links;
using OptOut.Messaging;
using OptOut.Platform;
using OptOut.Platform.Http;
using OptOut.Platform.Limits;
using OptOut.Platform.Telemetry;
using OptOut.Reconciliation;
using OptOut.Reconciliation.Report;
using OptOut.Records;
using OptOut.Records.Backup;
using OptOut.Records.ContactPoints;
using OptOut.Records.ExternalSuppressions;
using OptOut.Records.Feed;
using OptOut.Records.Statistics;
using OptOut.Records.SuppressionFiles;
using OptOut.Replies.Mail;
using OptOut.Replies.Sms;
using OptOut.Vendors;
using OptOut.Vendors.AmazonSes;
using OptOut.Vendors.Dialler;
using OptOut.Vendors.Files;
using OptOut.Vendors.Generic;
using OptOut.Vendors.Mailgun;
using OptOut.Vendors.Postmark;
using OptOut.Vendors.PrintHouse;
using OptOut.Vendors.Registers;
using OptOut.Vendors.SendGrid;
using OptOut.Vendors.Twilio;
using OptOut.Web;
using OptOut.Web.Pages;
using OptOut.Web.Paper;
using OptOut.Web.PublicForm;
using OptOut.Web.Unsubscribe;

namespace OptOut;

/// <summary>Registers the services of each area, lowest area first. Only this class references every area.</summary>
internal static class AreaRegistrations
{
    public static IServiceCollection AddIdentity(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<DataOptions, DataOptionsValidator>(configuration, "OptOut:Data")
        .AddSingleton<IdentifierProtector>();

    public static IServiceCollection AddLinks(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<LinkOptions, LinkOptionsValidator>(configuration, "OptOut:Links")
        .AddSingleton<LinkKeyRing>().AddSingleton<LinkHeaders>();

    public static IServiceCollection AddCompany(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<CatalogueOptions, CatalogueOptionsValidator>(configuration, "OptOut:Catalogue")
        .AddValidated<BrandOptions, BrandOptionsValidator>(configuration, "OptOut:Brand")
        .AddValidated<ControllerOptions, ControllerOptionsValidator>(configuration, "OptOut:Controller")
        .AddSingleton<TopicCatalogue>();

    public static IServiceCollection AddPlatform(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidated<LimitOptions, LimitOptionsValidator>(configuration, "OptOut:Limits");
        services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MaxRequestBodySize = RawBody.ServerMaxBytes);
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<LimitOptions>>((forwarded, limits) =>
        {
            if (limits.Value.ClientAddressHeader is { Length: > 0 } header)
                forwarded.ForwardedForHeaderName = header;
        });
        return services.AddMetrics().AddSingleton<OptOutMetrics>().AddSingleton<RequestLimits>().AddSingleton<ComponentRenderer>();
    }

    public static IServiceCollection AddRecords(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<StorageOptions, StorageOptionsValidator>(configuration, "OptOut:Storage")
        .AddSingleton<StorageAccount>().AddSingleton<SubjectRows>().AddSingleton<ConsentStore>().AddSingleton<StandIns>().AddSingleton<ProfileStore>()
        .AddSingleton<ReferenceIndex>().AddSingleton<FirstReceipts>()
        .AddSingleton<VendorRows>().AddSingleton<CodeBook>()
        .AddSingleton<IdentifierIndex>().AddSingleton<SharedContactPoints>().AddSingleton<UnannouncedSubjects>()
        .AddSingleton<FeedWriter>().AddSingleton<FeedReader>().AddSingleton<FeedPositions>().AddSingleton<FeedTrimmer>()
        .AddSingleton<StatisticsStore>().AddSingleton<StatisticsWriter>()
        .AddSingleton<ExternalSuppressionStore>()
        .AddSingleton<BackupStore>().AddSingleton<BackupWriter>().AddSingleton<BackupReader>()
        .AddSingleton<RestoreMark>().AddSingleton<ProjectionRebuilder>().AddSingleton<Restorer>()
        .AddSingleton<SuppressionStore>().AddSingleton<SuppressionWriter>();

    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<FanOutOptions, FanOutOptionsValidator>(configuration, "OptOut:FanOut")
        .AddValidated<PublisherOptions, PublisherOptionsValidator>(configuration, PublisherOptions.Section)
        .AddSingleton<ChangePublisher>().AddSingleton<Outbox>().AddSingleton<RetrySchedule>().AddSingleton<DeliveryGuard>()
        .AddValidated<BatchOptions, BatchOptionsValidator>(configuration, BatchOptions.Section).AddSingleton<MessageBatches>();

    public static IServiceCollection AddIntake(this IServiceCollection services) => services
        .AddSingleton<ChangeApplier>().AddSingleton<ChangeIntake>().AddSingleton<SharedPresses>()
        .AddSingleton<ContactPointOwners>().AddSingleton<IdentifierIntake>();

    public static IServiceCollection AddReplies(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<MailtoOptions, MailtoOptionsValidator>(configuration, "OptOut:Mailto")
        .AddSingleton<MailtoNotice>().AddSingleton<MailtoIntake>()
        .AddSingleton<SmsReplyIntake>().AddSingleton<SmsAnswers>();

    /// <summary>Each vendor has a folder, and a line here. A vendor without settings registers nothing.</summary>
    public static IServiceCollection AddVendors(this IServiceCollection services, IConfiguration configuration)
    {
        VendorHttp.AddClient(services).AddSingleton<VendorHttp>().AddSingleton<VendorCursors>().AddSingleton<VendorWebhooks>();
        services.AddSingleton<WebhookEventTally>().AddSingleton<DriftIntake>().AddSingleton<SignalIntake>();
        services.AddSingleton<ListDrops>().AddSingleton<ListFiles>();
        services.AddSendGrid(configuration);
        services.AddPostmark(configuration);
        services.AddMailgun(configuration);
        services.AddAmazonSes(configuration);
        services.AddDialler(configuration);
        services.AddRegisters(configuration);
        services.AddPrintHouse(configuration);
        services.AddTwilio(configuration);
        return services.AddHttpVendors(configuration).AddServiceMail(configuration);
    }

    public static IServiceCollection AddDelivery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidated<ConfirmationOptions, ConfirmationOptionsValidator>(configuration, ConfirmationOptions.Section);
        return services
            .AddSingleton<ApplyHandler>().AddSingleton<FanOut>().AddSingleton<ConfirmationLog>().AddSingleton<ChannelHandler>().AddSingleton<VendorPusher>()
            .AddSingleton<VendorLanes>()
            .AddSingleton<MailDispatch>().AddSingleton<ConfirmationMail>().AddSingleton<ConfirmationHandler>()
            .AddSingleton<StrangerMailLimiter>()
            .AddSingleton<LinkMailLimiter>().AddSingleton<LinkMailText>().AddSingleton<LinkMailHandler>()
            .AddSingleton<DeadLetterCounter>().AddSingleton<DeadLetterReplay>();
    }

    public static IServiceCollection AddEvidence(this IServiceCollection services, IConfiguration configuration) => services
        .AddValidated<AnchorOptions, AnchorOptionsValidator>(configuration, AnchorOptions.Section)
        .AddSingleton<AnchorStore>().AddSingleton<AnchorChain>().AddSingleton<AnchorWriter>()
        .AddSingleton<LedgerCheck>().AddSingleton<LedgerReports>().AddSingleton<LedgerVerifier>()
        .AddSingleton<VendorProofs>();

    public static IServiceCollection AddReconciliation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddValidated<ReconciliationOptions, ReconciliationOptionsValidator>(configuration, ReconciliationOptions.Section);
        services.AddOptions<ReconciliationOptions>().PostConfigure<IOptions<ControllerOptions>>((options, controller) =>
            options.PrivacyAddress = options.PrivacyAddress is { Length: > 0 } own ? own : controller.Value.PrivacyAddress);
        return services
            .AddSingleton<RunStore>().AddSingleton<RunBlobs>().AddSingleton<VendorRetryPolicy>().AddSingleton<VendorRepair>()
            .AddSingleton<PullPhase>()
            .AddSingleton<ComparePhase>().AddSingleton<UnknownOwners>()
            .AddSingleton<RemovePhase>()
            .AddSingleton<ExternalSuppressionPhase>()
            .AddSingleton<PushPhase>()
            .AddSingleton<VendorListCheck>().AddSingleton<VendorReconciliation>()
            .AddSingleton<ReportStore>().AddSingleton<ReportMailer>().AddSingleton<Reconciler>();
    }

    public static IServiceCollection AddWeb(this IServiceCollection services) => services
        .AddSingleton<PageStyle>().AddSingleton<PageRenderer>().AddSingleton<PageViews>().AddSingleton<TooManyRequestsResponse>()
        .AddSingleton<UnsubscribeEndpoint>()
        .AddSingleton<PreferencesEndpoint>()
        .AddSingleton<UndoEndpoint>()
        .AddSingleton<ReceiptEndpoint>()
        .AddSingleton<SharedNotes>()
        .AddSingleton<ResultPages>()
        .AddSingleton<ReceiptPages>()
        .AddSingleton<ProfileReader>()
        .AddSingleton<PublicStop>().AddSingleton<PublicEndpoint>().AddSingleton<LinkRequestEndpoint>()
        .AddSingleton<CodeEndpoint>().AddSingleton<PaperEndpoint>();

    public static IServiceCollection AddApi(this IServiceCollection services) => services
        .AddSingleton<KnownSubjects>().AddSingleton<LinkEndpoint>()
        .AddSingleton<CheckEndpoint>()
        .AddSingleton<ProofEndpoint>()
        .AddSingleton<DeadLettersEndpoint>()
        .AddSingleton<OpenApiEndpoint>()
        .AddSingleton<SubjectRegistrar>().AddSingleton<SubjectEndpoint>()
        .AddSingleton<AgentIntake>().AddSingleton<AgentEndpoint>()
        .AddSingleton<PortalEndpoint>()
        .AddSingleton<CodeLinks>().AddSingleton<CodeOrderEndpoint>().AddSingleton<QrEndpoint>()
        .AddSingleton<ReadyTextWriter>().AddSingleton<ReadyTextsEndpoint>()
        .AddHealth();

    private static IServiceCollection AddValidated<TOptions, TValidator>(
        this IServiceCollection services, IConfiguration configuration, string section)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.AddOptions<TOptions>().Bind(configuration.GetSection(section)).ValidateOnStart();
        return services.AddSingleton<IValidateOptions<TOptions>, TValidator>();
    }
}
