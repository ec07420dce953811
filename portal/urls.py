"""Addresses of the portal. Loans and assets are named by the ids that the ledger gives them."""

from django.urls import path

from portal import views
from portal.acts import borrowing, workouts
from portal.acts import views as acts
from portal.owner import mail, particulars, signed, uploads, verifying
from portal.owner import views as owner

app_name = "portal"
urlpatterns = [
    path("", views.home, name="home"),
    path("loans/", views.loans, name="loans"),
    path("loans.csv", views.loans_csv, name="loans_csv"),
    path("loans/<int:loan_id>/", views.loan, name="loan"),
    path("assets/", views.assets, name="assets"),
    path("assets/<int:token_id>/", views.asset, name="asset"),
    path("devices/", views.devices, name="devices"),
    path("devices/<int:device_id>/", views.device, name="device"),
    path("auctions/", views.auctions, name="auctions"),
    path("auctions/<int:loan_id>/", views.auction, name="auction"),
    path("loans/<int:loan_id>/act/", acts.loan, name="act_on_loan"),
    path("loans/<int:loan_id>/new-terms/", workouts.workout, name="workout"),
    path("auctions/<int:loan_id>/buy/", acts.auction, name="buy"),
    path("my-loans/", acts.my_loans, name="my_loans"),
    path("borrow/", borrowing.borrow, name="borrow"),
    path("pool/", views.pool, name="pool"),
    path("pool/lend/", acts.lend, name="lend"),
    path("governance/", acts.governing, name="governance"),
    path("governance/<int:number>/", acts.proposal, name="proposal"),
    path("status/", views.status, name="status"),
    path("verifiers/", verifying.verifiers, name="verifiers"),
    path("verifiers/apply/", verifying.apply, name="apply"),
    path("verifiers/<int:pk>/", verifying.verifier, name="verifier"),
    path("api/v1/requests/<int:pk>/attestation/", signed.attest, name="attest"),
    path("sign-in/", owner.sign_in_page, name="sign_in"),
    path("sign-out/", owner.sign_out, name="sign_out"),
    path("mine/", owner.mine, name="mine"),
    path("mine/news/", mail.news, name="news"),
    path("mail/confirm/<str:token>/", mail.confirm, name="confirm_mail"),
    path("mail/stop/<str:token>/", mail.stop, name="stop_mail"),
    path("mine/new/", owner.new, name="new"),
    path("mine/new/<slug:code>/", owner.new_of_class, name="new_of_class"),
    path("mine/new/<slug:code>/check/", owner.check, name="check"),
    path("mine/<int:pk>/", owner.thing, name="thing"),
    path("mine/<int:pk>/submit/", owner.submit, name="submit"),
    path("mine/<int:pk>/renew/", owner.renew, name="renew"),
    path("mine/<int:pk>/evidence/", owner.add_evidence, name="add_evidence"),
    path(
        "mine/<int:pk>/evidence/<int:evidence_id>/remove/",
        owner.remove_evidence,
        name="remove_evidence",
    ),
    path("mine/<int:pk>/evidence/<int:evidence_id>/", owner.evidence_file, name="evidence_file"),
    path("mine/<int:pk>/outline/look/", particulars.look_at_outline, name="look_at_outline"),
    path("mine/<int:pk>/outline/", particulars.keep_outline, name="keep_outline"),
    path("mine/<int:pk>/board/", particulars.attest_board, name="attest_board"),
    path("mine/<int:pk>/show/", particulars.show, name="show"),
    path("mine/<int:pk>/uploads/", uploads.begin, name="begin_upload"),
    path("mine/uploads/<uuid:upload_id>/", uploads.piece, name="upload_piece"),
    path("mine/uploads/<uuid:upload_id>/cancel/", uploads.cancel, name="cancel_upload"),
]
